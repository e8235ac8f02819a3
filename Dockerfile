# The Airbyte source as an image: docker build -t source-dynamics365:0.1.0 .
# For both architectures: docker buildx build --platform linux/amd64,linux/arm64 -t <registry>/source-dynamics365:0.1.0 --push .
FROM node:22-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm install --ignore-scripts --no-audit
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.mjs scripts/build.mjs
COPY src src
RUN node scripts/build.mjs && npm prune --omit=dev --ignore-scripts --no-audit

FROM node:22-bookworm-slim
# The base image has uid 1000 already, under the name of node; Airbyte runs connectors as airbyte, uid 1000.
RUN usermod --login airbyte --home /airbyte node \
    && groupmod --new-name airbyte node \
    && install --directory --owner=airbyte --group=airbyte /airbyte
WORKDIR /airbyte
COPY --chown=airbyte:airbyte scripts/entrypoint.sh entrypoint.sh
COPY --chown=airbyte:airbyte package.json LICENSE connector/
COPY --chown=airbyte:airbyte catalog connector/catalog
COPY --chown=airbyte:airbyte --from=build /build/node_modules connector/node_modules
COPY --chown=airbyte:airbyte --from=build /build/dist connector/dist
ENV NODE_ENV=production TZ=UTC
ENV AIRBYTE_ENTRYPOINT=/airbyte/entrypoint.sh
LABEL io.airbyte.name=source-dynamics365
LABEL io.airbyte.version=0.1.0
USER airbyte
ENTRYPOINT ["/airbyte/entrypoint.sh"]
