from django.urls import path

from members import api
from members.views import lists, saved, search

urlpatterns = [
    path("members/", lists.MemberList.as_view(), name="member-list"),
    path("members/mobile/", lists.MobileList.as_view(), name="mobile-list"),
    path("members/search/", search.search, name="member-search"),
    path("members/lists/<str:key>/columns/", saved.choose_columns, name="list-columns"),
    path("members/lists/<str:key>/save/", saved.new, name="saved-filter-new"),
    path("members/lists/saved/<str:public_id>/delete/", saved.delete, name="saved-filter-delete"),
    path("journeys/out/", lists.OutflowList.as_view(), name="outflow-list"),
    path("journeys/in/", lists.InflowList.as_view(), name="inflow-list"),
    path("lost/", lists.LostList.as_view(), name="lost-list"),
    path("api/members/", api.members, name="api-members"),
]
