"""A real nginx in front of a site, as an owner would set one up: it passes requests on and keeps a log."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.rig.postman import free_port
from tests.rig.site import answers

CONF = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 128; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;
  access_log {folder}/access.log combined;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass {site}; proxy_set_header Host $host:$server_port;
      proxy_set_header X-Forwarded-For $remote_addr;
    }}
  }}
}}
"""


@dataclass
class Proxy:
    """A running nginx: its address and its log."""

    url: str
    log: Path


@contextmanager
def before(site: str, folder: Path, port: int = 0) -> Iterator[Proxy]:
    """Run nginx in front of a site until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    conf = folder / "nginx.conf"
    conf.write_text(CONF.format(folder=folder, port=port, site=site))
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    running = subprocess.Popen([program, "-p", str(folder), "-c", str(conf)], env=os.environ)
    try:
        until = time.monotonic() + 20
        while not answers(f"http://127.0.0.1:{port}/robots.txt"):
            assert time.monotonic() < until, (folder / "error.log").read_text()
            time.sleep(0.1)
        yield Proxy(f"http://localhost:{port}", folder / "access.log")
    finally:
        running.terminate()
        running.wait(timeout=10)
