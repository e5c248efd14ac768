# Rollcall's server in a container: docker build -t rollcall . && docker run -p 3000:3000 -v rollcall:/data rollcall
# What is built is linked by absolute path, so both stages have it in /app.

FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY . .
# As npm start does it: packages, database clients, command, app; then what only a build needs goes.
RUN node scripts/prepare.mjs && npm prune --omit=dev --no-audit --no-fund && rm -rf .next/cache

FROM node:22-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATABASE_URL=file:/data/rollcall.db
WORKDIR /app
COPY --from=build /app/package.json /app/next.config.js /app/server.js ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/.next .next
COPY --from=build /app/dist dist
COPY --from=build /app/public public
COPY --from=build /app/prisma prisma
COPY --from=build /app/lib lib
# The program belongs to root and cannot be changed by the process that runs it; the data belong to that process.
RUN ln -s /app/dist/rollcall.cjs /usr/local/bin/rollcall && mkdir -m 700 /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
# Whether the process answers. Whether the sweeper runs is /readyz, which restarting the container would not mend.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server.js"]
