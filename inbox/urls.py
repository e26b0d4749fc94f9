from django.urls import path

from inbox import views

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read-all/", views.read_all, name="message-read-all"),
    path("inbox/<slug:public_id>/read/", views.read, name="message-read"),
]
