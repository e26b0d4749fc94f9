from django.urls import path

from core.views.gallery import gallery
from core.views.text_size import set_text_size

urlpatterns = [
    path("text-size/", set_text_size, name="text-size"),
    path("ui/", gallery, name="gallery"),
]
