from django.urls import path

from accounts.views import manage, own, sign_in, slip, slips, tokens

urlpatterns = [
    path("sign-in/", sign_in.sign_in_page, name="sign-in"),
    path("sign-in/pin/", sign_in.sign_in_pin_page, name="sign-in-pin"),
    path("sign-in/code/", sign_in.sign_in_code_page, name="sign-in-code"),
    path("sign-in/slip/", slip.slip_page, name="sign-in-slip"),
    path("sign-in/slip/secret/", slip.slip_secret_page, name="sign-in-slip-secret"),
    path("sign-in/slip/done/", slip.slip_done_page, name="sign-in-slip-done"),
    path("sign-out/", sign_in.sign_out_page, name="sign-out"),
    path("account/", own.account_page, name="account"),
    path("account/password/", own.password_page, name="account-password"),
    path("account/pin/", own.pin_page, name="account-pin"),
    path("account/phone/forget/", own.forget_phone, name="account-phone-forget"),
    path("account/factor/", own.factor_page, name="account-factor"),
    path("account/factor/remove/", own.remove_factor, name="account-factor-remove"),
    path("accounts/", manage.list_page, name="account-list"),
    path("accounts/new/", manage.new_page, name="account-new"),
    path("accounts/from-posts/<str:public_id>/", slips.from_posts_page, name="account-from-posts"),
    path("accounts/slips/print/", slips.print_page, name="account-slips-print"),
    path("accounts/grants/<str:public_id>/withdraw/", manage.withdraw_post, name="grant-withdraw"),
    path("accounts/grants/<str:public_id>/stand-in/", manage.stand_in_page, name="grant-stand-in"),
    path("accounts/tokens/", tokens.tokens_page, name="account-tokens"),
    path("accounts/tokens/<str:public_id>/withdraw/", tokens.withdraw_post, name="account-token-withdraw"),
    path("accounts/<str:public_id>/", manage.detail_page, name="account-detail"),
    path("accounts/<str:public_id>/grant/", manage.grant_post, name="account-grant"),
    path("accounts/<str:public_id>/slip/", slips.one_slip, name="account-slip"),
    path("accounts/<str:public_id>/disable/", manage.disable_post, name="account-disable"),
    path("accounts/<str:public_id>/enable/", manage.enable_post, name="account-enable"),
]
