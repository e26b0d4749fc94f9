from django.urls import path

from audit import views

urlpatterns = [
    path("log/", views.event_list, name="event-list"),
    path("log/of/<slug:subject_id>/", views.subject_events, name="subject-events"),
]
