from django.urls import path, re_path

from jobs import views

urlpatterns = [
    re_path(r"^health/?$", views.health, name="health"),
    path("jobs/", views.job_list, name="job-list"),
    path("jobs/<slug:public_id>/", views.job_detail, name="job-detail"),
    path("jobs/<slug:public_id>/cancel/", views.job_cancel, name="job-cancel"),
    path("jobs/<slug:public_id>/retry/", views.job_retry, name="job-retry"),
]
