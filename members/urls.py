from django.urls import path

from members import api
from members.views import doubles, journeys, lists, person, saved, search

urlpatterns = [
    path("members/", lists.MemberList.as_view(), name="member-list"),
    path("members/mobile/", lists.MobileList.as_view(), name="mobile-list"),
    path("members/search/", search.search, name="member-search"),
    path("members/lists/<slug:key>/columns/", saved.choose_columns, name="list-columns"),
    path("members/lists/<slug:key>/save/", saved.new, name="saved-filter-new"),
    path("members/lists/saved/<slug:public_id>/delete/", saved.delete, name="saved-filter-delete"),
    path("journeys/out/", lists.OutflowList.as_view(), name="outflow-list"),
    path("journeys/in/", lists.InflowList.as_view(), name="inflow-list"),
    path("lost/", lists.LostList.as_view(), name="lost-list"),
    path("members/new/", person.PersonNew.as_view(), name="member-new"),
    path("members/doubles/", doubles.Doubles.as_view(), name="double-list"),
    path("members/<slug:public_id>/", person.PersonFile.as_view(), name="member-detail"),
    path("members/<slug:public_id>/show/", person.ShowNumber.as_view(), name="member-show"),
    path("members/<slug:public_id>/edit/", person.PersonEdit.as_view(), name="member-edit"),
    path("members/<slug:public_id>/move/", person.PersonMove.as_view(), name="member-move"),
    path("members/<slug:public_id>/status/", person.PersonStatus.as_view(), name="member-status"),
    path("members/<slug:public_id>/merge/<slug:other_id>/", doubles.Merge.as_view(), name="member-merge"),
    path("members/<slug:public_id>/merge-undo/", person.MergeUndo.as_view(), name="merge-undo"),
    path("journeys/out/new/", journeys.JourneyNewOut.as_view(), name="journey-new-out"),
    path("journeys/in/new/", journeys.JourneyNewIn.as_view(), name="journey-new-in"),
    path("journeys/<slug:public_id>/", journeys.JourneyDetail.as_view(), name="journey-detail"),
    path("journeys/<slug:public_id>/show/", journeys.JourneyShow.as_view(), name="journey-show"),
    path("journeys/<slug:public_id>/edit/", journeys.JourneyEdit.as_view(), name="journey-edit"),
    path("journeys/<slug:public_id>/end/", journeys.JourneyEnd.as_view(), name="journey-end"),
    path("lost/new/", journeys.LostNew.as_view(), name="lost-new"),
    path("lost/<slug:public_id>/edit/", journeys.LostEdit.as_view(), name="lost-edit"),
    path("lost/<slug:public_id>/found/", journeys.LostFound.as_view(), name="lost-found"),
    path("api/members/", api.members, name="api-members"),
]
