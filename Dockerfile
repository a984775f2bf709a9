# The image of the service. docs/deployment.md describes how to run it; compose.yaml and docs/kubernetes/ use it.
#   docker build --build-arg DOCOPS_COMMIT_SHA="$(git rev-parse HEAD)" --tag docops .
# With LibreOffice and fonts, for PDFs (about 650 MiB more):
#   docker build --target pdf --build-arg DOCOPS_COMMIT_SHA="$(git rev-parse HEAD)" --tag docops:pdf .
#
# A tag can change. For reproducible builds add the digest of the tag you tested:
#   docker buildx imagetools inspect python:3.11.15-slim-bookworm
#   docker build --build-arg PYTHON_IMAGE=python:3.11.15-slim-bookworm@sha256:... .
ARG PYTHON_IMAGE=python:3.11.15-slim-bookworm

FROM ${PYTHON_IMAGE} AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
WORKDIR /build

# Before the source, so that the wheels of the dependencies stay cached until this file changes.
COPY requirements.txt ./
RUN python -m pip wheel --wheel-dir /wheels --require-hashes --requirement requirements.txt

# .dockerignore admits only the files that the package is built from.
COPY . .
RUN python -m pip wheel --wheel-dir /wheels --no-deps .

# Without pip, because nothing is installed into the running image.
RUN python -m venv --without-pip /opt/docops \
    && python -m pip --python /opt/docops/bin/python install \
        --no-index --find-links /wheels --no-compile docops-flask

# Bytecode cannot be cached in a read-only file system, and the base image has its standard library uncompiled
# (https://github.com/docker-library/python/issues/615). Without this, every renderer would compile its imports, and a
# job that takes 90 ms would take 300. Unchecked hashes, because COPY need not preserve file times.
ENV PYTHONPYCACHEPREFIX=/opt/docops/bytecode
RUN python -m compileall -q -j 0 --invalidation-mode unchecked-hash \
        -x '^/usr/local/.*/(site-packages|test|tests|idlelib|lib2to3|turtledemo|tkinter|ensurepip)/' \
        "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')" /opt/docops/lib



FROM builder AS pdf-builder
COPY requirements-pdf.txt ./
RUN python -m pip wheel --wheel-dir /wheels --require-hashes --requirement requirements-pdf.txt \
    && python -m pip --python /opt/docops/bin/python install \
        --no-index --find-links /wheels --no-compile pypdfium2 \
    && python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/docops/lib


FROM ${PYTHON_IMAGE} AS runtime
# The only folder that is written to; mount a tmpfs there. Everything else can be read-only.
ENV TMPDIR=/tmp \
    PATH=/opt/docops/bin:$PATH \
    PYTHONPYCACHEPREFIX=/opt/docops/bytecode \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DOCOPS_BIND=0.0.0.0:8000

# Settings of glibc's allocator (mallopt(3)): a worker has two dozen threads, of which one runs Python at a time, and
# each upload of a megabyte allocates and frees large blocks. docs/deployment.md, "Capacity", has the effect.
ENV MALLOC_ARENA_MAX=2 \
    MALLOC_TRIM_THRESHOLD_=4194304 \
    MALLOC_MMAP_THRESHOLD_=1048576

# gunicorn and `python -m` import from the folder they are started in, so it must not be writable.
WORKDIR /opt/docops
# This user need not exist in /etc/passwd.
USER 10001:10001
EXPOSE 8000

# A stop waits for running jobs. Use a stop timeout above DOCOPS_REQUEST_TIMEOUT_SECONDS +
# DOCOPS_QUEUE_TIMEOUT_SECONDS + 60 (120 s by default): `docker stop --time 130`.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-m", "docops_flask.serving.healthcheck"]
# The same as `docops serve`. As process 1, gunicorn also reaps orphaned processes of its workers.
CMD ["python", "-m", "gunicorn", "--config", "python:docops_flask.serving.gunicorn_config", "docops_flask.app:create_app()"]


# `--target pdf`: what makes PDFs beside it. Chinese fonts of the office's own: DOCOPS_FONTS_DIR.
FROM runtime AS pdf
USER 0:0
RUN apt-get update \
    && apt-get install --no-install-recommends --yes \
        libreoffice-writer-nogui=4:7.4.* \
        fonts-noto-cjk=1:2022* \
        fonts-liberation=1:1.07.* \
    && rm -rf /var/lib/apt/lists/*
COPY --from=pdf-builder /opt/docops /opt/docops
USER 10001:10001
# Last, because it changes with every build.
ARG DOCOPS_COMMIT_SHA=unknown
ENV DOCOPS_COMMIT_SHA=${DOCOPS_COMMIT_SHA}
LABEL org.opencontainers.image.title="DocOps" \
      org.opencontainers.image.description="Fills approved Word templates and proves the result" \
      org.opencontainers.image.revision="${DOCOPS_COMMIT_SHA}"


# The default.
FROM runtime
COPY --from=builder /opt/docops /opt/docops
ARG DOCOPS_COMMIT_SHA=unknown
ENV DOCOPS_COMMIT_SHA=${DOCOPS_COMMIT_SHA}
LABEL org.opencontainers.image.title="DocOps" \
      org.opencontainers.image.description="Fills approved Word templates and proves the result" \
      org.opencontainers.image.revision="${DOCOPS_COMMIT_SHA}"
