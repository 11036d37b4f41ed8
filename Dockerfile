# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
WORKDIR /src
RUN pip install --no-cache-dir build
COPY pyproject.toml README.md LICENSE ./
COPY kubecfg_core kubecfg_core
COPY adapters adapters
COPY plugins plugins
COPY entrypoints entrypoints
RUN python -m build --wheel --outdir /dist
RUN python -m venv /opt/kubecfg \
    && wheel=$(ls /dist/*.whl) \
    && /opt/kubecfg/bin/pip install --no-cache-dir "${wheel}[all]" \
    && /opt/kubecfg/bin/pip uninstall --yes pip

FROM python:3.13-slim
COPY --from=build /opt/kubecfg /opt/kubecfg
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin kubecfg \
    && install --directory --owner=kubecfg --group=kubecfg --mode=0700 /data \
    # The service installs nothing: the base image's own pip goes too.
    && python -m pip uninstall --yes pip
# Nothing is written but in /data and /tmp, so `docker run --read-only --tmpfs /tmp` works.
ENV PATH=/opt/kubecfg/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    KUBECFG_DATA_DIR=/data \
    KUBECFG_HOST=0.0.0.0 \
    KUBECFG_PORT=8000
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['KUBECFG_PORT'] + '/healthz', timeout=4)"]
ENTRYPOINT ["kubecfg"]
CMD ["serve"]
