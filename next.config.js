// Rollcall reports to nobody, and neither does what it is built with.
process.env.NEXT_TELEMETRY_DISABLED = '1'

const HEADERS = Object.entries({
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()',
}).map(([key, value]) => ({ key, value }))

const OTEL = ['api', 'sdk-trace-base', 'resources', 'exporter-trace-otlp-http'].map((name) => `@opentelemetry/${name}`)

/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  // What holds for every page and file; the policy for scripts, which differs with each page, is in proxy.ts.
  headers: async () => [{ source: '/:path*', headers: HEADERS }],
  // A page has its title and icon in its head from the first byte, for every reader, with scripts or without.
  htmlLimitedBots: /.*/,
  // A page whose server is away waits for it. Otherwise its next refresh would leave it for the browser's error page.
  experimental: { useOffline: true },
  // Native modules, and packages that find their own files: loaded from node_modules, not bundled.
  serverExternalPackages: [
    'libsql',
    '@prisma/adapter-libsql',
    '@prisma/adapter-pg',
    '@prisma/client',
    'pg',
    'nodemailer',
    'pino',
    ...OTEL,
  ],
  // `npm test` checks the types of everything; a start need not wait for that.
  typescript: { ignoreBuildErrors: true },
}
