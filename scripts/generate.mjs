/** Generates one Prisma client a database from the one set of models; the two schemas differ in their head only. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fingerprint, unlessStamped } from './fingerprint.mjs'
import { ROOT, run } from './step.mjs'

const PROVIDERS = ['sqlite', 'postgresql']

export function generate() {
  const print = fingerprint(['prisma/models.prisma', 'scripts/generate.mjs', 'node_modules/prisma/package.json'])
  return unlessStamped('prisma/generated/sources', print, async () => {
    const models = readFileSync(join(ROOT, 'prisma/models.prisma'), 'utf8')
    rmSync(join(ROOT, 'prisma/generated'), { recursive: true, force: true })
    await Promise.all(PROVIDERS.map((provider) => generateClient(provider, models)))
  })
}

async function generateClient(provider, models) {
  const schema = `prisma/generated/${provider}/schema.prisma`
  mkdirSync(join(ROOT, 'prisma/generated', provider), { recursive: true })
  writeFileSync(join(ROOT, schema), `${head(provider)}\n${models}`)
  await run(process.execPath, ['node_modules/prisma/build/index.js', 'generate', '--schema', schema], {
    // Generating needs no engine; naming any program as the engine keeps Prisma from downloading its own.
    env: {
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_ENGINES_CHECKSUM_IGNORE_MISSING: '1',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
    advice: 'Correct prisma/models.prisma as said above, then run the same command again.',
  })
}

function head(provider) {
  return `generator client {
  provider            = "prisma-client"
  output              = "./client"
  runtime             = "nodejs"
  importFileExtension = "ts"
}

datasource db {
  provider = "${provider}"
}
`
}
