"""The addresses of purchases."""

from __future__ import annotations

from django.urls import path

from leadrush.purchases import card_views, console, console_more, own_acts, payment_views, views

app_name = "purchases"

urlpatterns = [
    path("shop/", views.shop, name="shop"),
    path("shop/<slug:slug>/", views.offer_page, name="offer"),
    path("pay/<str:code>/", views.pay, name="pay"),
    path("ordered/<str:word>/", views.ordered, name="ordered"),
    path("card/<str:word>/", card_views.card, name="card"),
    path("card/<str:word>/back/", card_views.back, name="card_back"),
    path("hooks/stripe/", card_views.heard, name="heard"),
    path("orders/<str:word>/act/", own_acts.act, name="act_own"),
    path("papers/<str:word>/<str:name>", views.paper, name="paper"),
    path("me/orders/", views.own, name="own"),
    path("me/orders/<int:number>/", views.own_order, name="own_order"),
    path("console/orders/", console.desk, name="desk"),
    path("console/orders/labels.csv", console.labels, name="labels"),
    path("console/orders/write/", console_more.write_order, name="write_order"),
    path("console/orders/books/", console_more.for_the_books, name="books"),
    path("console/orders/sources/", console_more.sources, name="sources"),
    path("console/orders/<int:number>/again/", console_more.again, name="again"),
    path("console/orders/<int:number>/", console.order, name="order"),
    path("console/orders/<int:number>/act/", console.act, name="act"),
    path("console/orders/payments/", payment_views.payments, name="payments"),
    path("console/offers/", console.offers, name="offers"),
    path("console/offers/write/", console.write, name="write"),
    path("console/offers/<int:pk>/", console.write_one, name="write_one"),
    path("console/offers/<int:pk>/act/", console.act_on, name="act_on"),
    path("console/offers/seller/", console.seller, name="seller"),
    path("console/offers/coupons/", console.coupons, name="coupons"),
]
