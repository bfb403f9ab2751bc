# syntax=docker/dockerfile:1
# One image for the API and for workers: the command chooses. glibc, since the Temporal SDK's core has no musl build.
ARG NODE_IMAGE=node:24-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY build ./build
COPY src ./src
RUN npm run build
# What is left runs production: no development packages, and of the Temporal SDK's core only the build for this machine.
RUN npm prune --omit=dev --no-audit --no-fund \
 && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} +

FROM ${NODE_IMAGE}
# Without them no TLS to Temporal Cloud, which the SDK checks against the system's authorities; Node brings its own.
# Not pinned: the newest authorities are the ones that are wanted.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json ./
COPY deploy/docker/healthcheck.mjs ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
RUN install --directory --owner=node --group=node --mode=0700 /var/lib/leadrail
# The data folder stays empty as long as database, Temporal and both keys are set from outside.
ENV NODE_ENV=production \
    LEADRAIL_HOST=0.0.0.0 \
    LEADRAIL_PORT=8080 \
    LEADRAIL_WORKER_PORT=8081 \
    LEADRAIL_DATA_DIR=/var/lib/leadrail
EXPOSE 8080 8081
# By number, so that Kubernetes can tell that it is not root.
USER 1000:1000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "healthcheck.mjs", "/healthz"]
# Node itself is process 1 and hears the signals; a worker is `… leadrail dist/worker.js`.
ENTRYPOINT ["node"]
CMD ["dist/api.js"]
