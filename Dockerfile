# The service in a container: Debian's own Python, the locked dependencies, a user without rights. docs/deploy.md tells how to run it.
# BASE may be an image of your own on Debian 12, with your certificates in /usr/local/share/ca-certificates.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python3 -m venv /opt/voc && python3 -m venv /opt/tools
WORKDIR /build
# Dependencies change seldom and take longest: they are a layer before the program's own files.
COPY pyproject.toml requirements.lock ./
RUN /opt/tools/bin/pip install --constraint requirements.lock hatchling editables \
    && python3 -c "import tomllib; own = tomllib.load(open('pyproject.toml', 'rb'))['project']; print(*own['dependencies'], *own['optional-dependencies']['postgres'], sep='\n')" > runtime.txt \
    && /opt/voc/bin/pip install --constraint requirements.lock --requirement runtime.txt
COPY README.md LICENSE NOTICE ./
COPY prompts prompts
COPY vectorstore vectorstore
COPY assistant assistant
COPY api api
COPY evals evals
RUN /opt/tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && /opt/voc/bin/pip install --no-deps dist/*.whl \
    && /opt/voc/bin/pip uninstall --yes setuptools pip

FROM ${BASE}
LABEL org.opencontainers.image.title="voc-assistant" \
      org.opencontainers.image.description="Voice-of-customer assistant for after-sales service: from tickets to needs, themes and NBN proposals" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 tini \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 voc \
    && useradd --uid 10001 --gid voc --no-create-home --home-dir /tmp --shell /usr/sbin/nologin voc \
    && install -d -m 700 -o voc -g voc /data
COPY --from=build /opt/voc /opt/voc
# Large uploads and SQLite's own work (VACUUM needs the size of the database) go to the volume, not to a /tmp that may be memory.
ENV MALLOC_ARENA_MAX=2 PATH=/opt/voc/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    TMPDIR=/data \
    VOC_DATA_DIR=/data \
    VOC_HOST=0.0.0.0
USER 10001:10001
WORKDIR /tmp
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
# /readyz is 200 where questions can be answered; it needs no key.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python3", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ.get('VOC_PORT', '8000') + '/readyz', timeout=4)"]
# tini hands signals on to the command, whichever it is, and clears up after its processes.
ENTRYPOINT ["tini", "--", "voc"]
CMD ["serve"]
