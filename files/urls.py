from django.urls import path

from files import views

urlpatterns = [path("files/<slug:public_id>/", views.download, name="file-download")]
