from django.urls import path

from exchange.views import exports

exports_urls = [
    path("ledgers/out/", exports.export_list, name="export-list"),
    path("ledgers/out/new/", exports.export_new, name="export-new"),
    path("ledgers/out/templates/<slug:kind>/", exports.export_template, name="export-template"),
    path("ledgers/out/<slug:public_id>/", exports.export_detail, name="export-detail"),
    path("ledgers/in/<slug:public_id>/own-workbook/", exports.own_workbook, name="own-workbook"),
]
urlpatterns = [*exports_urls]
