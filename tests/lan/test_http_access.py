# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may do what by HTTP: the token, other web sites, and requests that are not understood."""

from __future__ import annotations

import os

import pytest

from harness.http import LISTEN, PORT, Answer, Http, parse
from harness.netns import run, wait_for

TOKEN = "Zm9vYmFyLWJhei1xdXV4"


@pytest.fixture
def token_file(lan):
    path = lan.directory / "token"
    path.write_text(f"{TOKEN}\n")
    path.chmod(0o640)
    return path


@pytest.fixture
def served(lan, asleep, token_file):
    return Http(asleep(http=LISTEN, http_token_file=f'"{token_file}"'))


def test_with_the_token_a_host_is_woken(lan, served):
    answer = served.post("/api/hosts/host/wake", TOKEN)
    assert answer.status == 200 and answer.json["name"] == "host" and answer.json["state"] == "waking"
    wait_for("the host is awake", lambda: served.get("/api/hosts/host").json["state"] == "awake")


def test_with_the_token_a_host_is_announced_to_sleep(lan, served):
    served.post("/api/hosts/host/wake", TOKEN)
    served.daemon.wait_state("awake")
    lan.host.sleep()
    assert served.post("/api/hosts/host/sleep", TOKEN, b'{"now": true}').status == 200
    served.daemon.wait_state("asleep")


def test_without_it_nobody_is(served):
    for given in ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN]:
        answer = served.request("POST", "/api/hosts/host/wake", Authorization=given)
        assert answer.status == 401 and answer.headers["www-authenticate"].startswith("Bearer")
        assert served.daemon.status_of() == "asleep"


def test_without_a_file_nobody_has_it(lan, asleep):
    served = Http(asleep(http=LISTEN))
    for given in ("", "x"):
        assert served.post("/api/hosts/host/wake", given).status == 403
    assert served.daemon.status_of() == "asleep"


def test_no_token_in_the_address(served):
    for place in ["/api/hosts/{0}?token={1}", "/api/hosts/{0}/wake?token={1}&access_token={1}"]:
        assert served.request("POST", place.format("host", TOKEN)).status in (401, 405)


def test_only_wakes_and_sleeps_are_posted(served):
    for path in ("/", "/api/hosts", "/api/hosts/host", "/api/history", "/api/events", "/metrics"):
        answer = served.post(path, TOKEN)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    answer = served.get("/api/hosts/host/wake", Authorization=f"Bearer {TOKEN}")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert served.daemon.status_of() == "asleep"


def test_other_methods_are_refused(served):
    for method in ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT", "WAKE"]:
        assert 400 <= served.request(method, "/api/hosts/host/wake", Authorization=f"Bearer {TOKEN}").status < 500
        assert served.daemon.status_of() == "asleep"


def test_an_unknown_host_is_not_found(served):
    answers = [served.get("/api/hosts/nsa"), served.get("/api/hosts/"), served.get("/api/history?name=nobody"),
               served.post("/api/hosts/nsa/wake", TOKEN), served.post("/api/hosts/nsa/sleep", TOKEN)]  # fmt: skip
    assert [answer.status for answer in answers] == [404] * 5
    assert answers[0].json["error"].startswith("no host is called nsa")
    assert served.get("/api/hosts/host/nothing").status == served.get("/etc/passwd").status == 404


def test_parameters_that_are_not_understood_are_named(served):
    for path in ["/api/history?since=yesterday", "/api/history?limit=-1", "/api/history?x=1", "/api/hosts?x=1", "/api/report?since=x"]:
        answer = served.get(path)
        assert answer.status == 400 and "expected" in answer.json["error"]


def test_a_body_that_is_not_understood_does_nothing(lan, served):
    for body in [b"{", b"[]", b'"now"', b'{"now": 1}', b'{"later": true}', b'{"now": true}\0', b"[" * 1000, b"\xff"]:
        answer = served.post("/api/hosts/host/sleep", TOKEN, body)
        assert answer.status == 400
        assert served.daemon.history()[-1]["event"] == "asleep"


def test_names_of_this_machine(served):
    for host in ["192.0.2.2:9464", "[::1]:9464", "localhost", "LOCALHOST:1", os.uname().nodename, f"{os.uname().nodename}.local:80"]:
        assert served.get("/api/hosts", Host=host).status == 200


def test_a_name_that_leads_here_is_none_of_this_machine(served):
    """As after DNS rebinding."""
    for host in ["evil.example", "localhost.evil.example", f"{os.uname().nodename}.evil.example", "127.0.0.1.evil.example", "1", "[]"]:
        for answer in (served.get("/api/hosts", Host=f"{host}:{PORT}"), served.post("/api/hosts/host/wake", TOKEN, Host=host)):
            assert answer.status == 403 and b"192.0.2.20" not in answer.body
        assert served.daemon.status_of() == "asleep"


def test_no_host_is_a_bad_request(served):
    assert served.get("/api/hosts", Host="").status == 400


def test_other_web_sites_are_refused(served):
    for origin in ["http://evil.example", "null", "https://127.0.0.1", f"http://localhost:{PORT}", f"http://127.0.0.1:{PORT}.evil.example"]:
        assert served.post("/api/hosts/host/wake", TOKEN, Origin=origin).status == 403
        assert served.get("/api/events", Origin=origin).status == 403
        assert served.daemon.status_of() == "asleep"


def test_its_own_page_may(served):
    assert served.post("/api/hosts/host/wake", TOKEN, Origin=f"http://127.0.0.1:{PORT}").status == 200


def test_no_other_web_site_is_let_read(served):
    answer = served.get("/api/hosts")
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        (TOKEN, 0o644, "others may read"),
        (TOKEN, 0o660, "others may read or change it"),
        ("", 0o600, "no token"),
        ("two words", 0o600, "without spaces"),
        ("two\nlines", 0o600, "one line"),
        ("x" * 1000, 0o600, "longer"),
        ("not\0text", 0o600, "printable"),
    ],
)
def test_a_file_that_is_no_secret_is_refused(prepare, known, token_file, text, mode, said):
    token_file.write_text(text)
    token_file.chmod(mode)
    daemon = prepare(known(), http=LISTEN, http_token_file=f'"{token_file}"')
    daemon.spawn()
    wait_for("the end", lambda: not daemon.running)
    assert daemon.process.returncode == 78
    assert f"http-token-file: {token_file}: " in daemon.log and said in daemon.log
    checked = run(daemon.command()[0], "--check", "--config", daemon.config_path, check=False)
    assert checked.returncode == 1 and said in checked.stderr


def test_a_directory_is_no_token(prepare, known, lan):
    daemon = prepare(known(), http=LISTEN, http_token_file=f'"{lan.directory}"')
    daemon.spawn()
    wait_for("the end", lambda: not daemon.running)
    assert "not a regular file" in daemon.log


@pytest.mark.parametrize("listen", ["9464", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "::1:80", "[127.0.0.1]:80", "localhost:80", ":80"])
def test_what_it_is_to_listen_on_is_checked(prepare, known, listen):
    daemon = prepare(known(), http=f'"{listen}"')
    done = run(daemon.command()[0], "--check", "--config", daemon.config_path, check=False)
    assert done.returncode == 1 and "127.0.0.1:9464" in done.stderr
    done = run(*daemon.command(), "--http", listen, check=False)
    assert done.returncode == 2 and "127.0.0.1:9464" in done.stderr


def test_curl_and_its_like(served):
    """A client with HTTP/1.0, and one that sends the body only when it is let."""
    assert parse(served.raw(b"GET /api/status HTTP/1.0\r\nHost: localhost\r\n\r\n")).status == 200
    head = f"POST /api/hosts/host/wake HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
    said = served.raw(f"{head}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{{}}".encode())
    assert b" 200 OK\r\n" in said
    answer: Answer = parse(served.raw(b"HEAD /api/hosts HTTP/1.1\r\nHost: localhost\r\n\r\n"))
    assert answer.status == 200 and not answer.body
