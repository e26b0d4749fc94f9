from django.urls import path

from branches import api
from branches.views import organisations, posts, rules

urlpatterns = [
    path("organisations/", organisations.organisation_list, name="organisation-list"),
    path("organisations/<slug:public_id>/", organisations.organisation_detail, name="organisation-detail"),
    path("organisations/<slug:public_id>/branch/", organisations.organisation_branch, name="organisation-branch"),
    path("organisations/<slug:public_id>/new/", organisations.organisation_new, name="organisation-new"),
    path("organisations/<slug:public_id>/edit/", organisations.organisation_edit, name="organisation-edit"),
    path("organisations/<slug:public_id>/move/", organisations.organisation_move, name="organisation-move"),
    path("organisations/<slug:public_id>/close/", organisations.organisation_close, name="organisation-close"),
    path("organisations/<slug:public_id>/reopen/", organisations.organisation_reopen, name="organisation-reopen"),
    path("organisations/<slug:public_id>/order/", organisations.organisation_order, name="organisation-order"),
    path("organisations/<slug:public_id>/posts/new/", posts.post_new, name="post-new"),
    path("posts/<slug:public_id>/edit/", posts.post_edit, name="post-edit"),
    path("posts/<slug:public_id>/end/", posts.post_end, name="post-end"),
    path("posts/<slug:public_id>/phone/", posts.post_phone, name="post-phone"),
    path("api/v1/organisations/", api.OrganisationList.as_view(), name="api-organisations"),
    path("api/v1/organisations/<slug:public_id>/", api.OrganisationDetail.as_view(), name="api-organisation"),
    path("rules/", rules.rule_list, name="rule-list"),
    path("rules/<slug:key>/", rules.rule_edit, name="rule-edit"),
]
