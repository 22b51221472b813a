"""GET and POST /login, POST /logout, GET and POST /account/password."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, g, make_response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from voc.errors import StoreError, TooManyAttempts
from voc.store import Store
from voc.store.accounts import Account
from voc.store.credentials import SHORTEST_PASSWORD, new_secret
from voc.store.sessions import Sessions
from web.cookies import form_secret, session_secret, set_cookie
from web.csrf import FIELD, check_csrf_token, csrf_token
from web.errors import ApiError
from web.hosts import caller_address
from web.pages.access import Page

WRONG = "用户名或密码不对 / wrong name or password"


def local_path(target: str | None) -> str:
    """Where to go on after signing in: never to another site.

    Parameters
    ----------
    target : str or None
        As the address says.

    Returns
    -------
    str
        A path of ours; ``/`` where it is none.

    Examples
    --------
    >>> local_path("/runs?page=2"), local_path("//evil.example"), local_path("https://evil.example")
    ('/runs?page=2', '/', '/')
    """
    # Browsers read \ as / and leave out tabs and ends of lines.
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target or not target.isprintable():
        return "/"
    return "/" if urlsplit(target).netloc else target


def own_csrf_token() -> str:
    """What scripts of a page send as ``X-CSRF-Token``.

    Returns
    -------
    str
        Empty where nobody has signed in.
    """
    identity = g.get("identity")
    return (identity.csrf if identity else None) or ""


def csrf_input() -> Markup:
    """The field that every form which changes something holds.

    Returns
    -------
    markupsafe.Markup
        Empty where nobody has signed in.
    """
    token = own_csrf_token()
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token) if token else Markup()


def make_login(app: Flask, store: Store, sessions: Sessions) -> list[Page]:
    """Make the pages.

    Parameters
    ----------
    app : flask.Flask
        Whose templates get ``csrf_token()``, and ``csrf_input()`` for forms.
    store : Store
        Holds the users.
    sessions : Sessions
        Of the store.

    Returns
    -------
    list of Page
        To be registered: open to all, and for who has signed in.
    """
    app.jinja_env.globals.update(csrf_token=own_csrf_token, csrf_input=csrf_input)  # globals: imported macros see nothing else
    login, account = Page("login"), Page("account", needs="read")

    def form(status: int = 200, *, name: str = "", said: str = "", wait_s: int = 0) -> Response:
        secret = form_secret() or new_secret()
        after = local_path(request.values.get("next"))
        shown = render_template("login.html", name=name, said=said, after=after, form_token=csrf_token(secret))
        response = make_response(shown, status)
        if wait_s:
            response.headers["Retry-After"] = str(wait_s)
        set_cookie(response, "form", secret)
        return response

    def signed_in(user: Account, after: str) -> Response:
        if old := session_secret():  # whoever planted it, or used this browser before
            sessions.close(old)
        response = redirect(after, 303)
        set_cookie(response, "session", sessions.open(user), max_age_s=int(sessions.longest.total_seconds()))
        set_cookie(response, "form", None)
        return response

    @login.get("/login")
    def show_login() -> Response:
        return redirect(local_path(request.args.get("next")), 303) if g.identity.name else form()

    @login.post("/login")
    def sign_in() -> Response:
        check_csrf_token(csrf_token(form_secret() or new_secret()))
        name = request.form.get("name", "")
        try:
            user = sessions.verify(name, request.form.get("password", ""), caller_address())
        except TooManyAttempts as error:
            return form(429, name=name, said=f"{error.message}；{error.hint}", wait_s=error.wait_s)
        if user is None:
            return form(401, name=name, said=WRONG)
        return signed_in(user, local_path(request.form.get("next")))

    @account.post("/logout")
    def sign_out() -> Response:
        if secret := session_secret():
            sessions.close(secret)
        response = redirect("/login", 303)
        set_cookie(response, "session", None)
        return response

    @account.get("/account/password")
    def show_password() -> Response:
        own_account()
        return password_form()

    @account.post("/account/password")
    def change_password() -> Response:
        user = own_account()
        new = request.form.get("new", "")
        if new != request.form.get("again", ""):
            return password_form(422, "两次输入的新密码不一样 / the new password was written in two ways")
        try:
            if sessions.verify(user.name, request.form.get("password", ""), caller_address()) is None:
                return password_form(401, "现在的密码不对 / that is not the present password")
            store.users.change(user.id, password=new, actor=user.name)
        except TooManyAttempts as error:
            return password_form(429, f"{error.message}；{error.hint}", error.wait_s)
        except StoreError as error:
            if error.code != "weak_password":
                raise
            return password_form(422, f"{error.message}：{error.hint}")
        return signed_in(user, "/")  # the other sessions have ended

    def password_form(status: int = 200, said: str = "", wait_s: int = 0) -> Response:
        response = make_response(render_template("password.html", said=said, shortest=SHORTEST_PASSWORD), status)
        if wait_s:
            response.headers["Retry-After"] = str(wait_s)
        return response

    def own_account() -> Account:
        if g.identity.csrf is None:  # a password is changed by who signed in with it
            raise ApiError(403, "no_session", "要先登录 / sign in first", "/login")
        return store.users.get(g.identity.user_id)

    return [login, account]
