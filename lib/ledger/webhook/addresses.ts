/**
 * Invariant: the address that is connected to is the one that was judged. A name is resolved once, and all of its
 * addresses must be public or allowed: what it resolves to a moment later does not matter.
 */
import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { TaskError } from '#lib/task/errors.ts'

export interface Address {
  readonly address: string
  readonly family: 4 | 6
}
export type Resolve = (host: string) => Promise<readonly Address[]>

export const resolveByDns: Resolve = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address, family }) => ({
    address,
    family: family === 6 ? 6 : 4,
  }))

/** Blocks that lead to this host, its network, or to nobody in particular (RFC 6890 and its successors). */
const CLOSED_V4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
]
/** Of IPv6 only what is routed in public at all, and of that not what carries an IPv4 address. */
const OPEN_V6 = ['2000::/3']
const CLOSED_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

const closed = blockList([...CLOSED_V4, ...CLOSED_V6])
const open = blockList(OPEN_V6)

function isPublic({ address, family }: Address): boolean {
  if (family === 4) return !closed.check(address, 'ipv4')
  return open.check(address, 'ipv6') && !closed.check(address, 'ipv6')
}

/** An allowed entry is a host name, an address, or a block such as 10.0.0.0/8. */
export interface Allowance {
  allowsHost(host: string): boolean
  allowsAddress(address: Address): boolean
}

export const ANYWHERE: Allowance = { allowsHost: () => true, allowsAddress: () => true }

export function allowanceOf(entries: readonly string[]): Allowance {
  const hosts = new Set(
    entries.filter((entry) => isIP(entry.split('/')[0] ?? '') === 0).map((host) => host.toLowerCase()),
  )
  const blocks = blockList(entries.filter((entry) => isIP(entry.split('/')[0] ?? '') !== 0))
  return {
    allowsHost: (host) => hosts.has(host.toLowerCase()),
    allowsAddress: ({ address, family }) => blocks.check(address, family === 6 ? 'ipv6' : 'ipv4'),
  }
}

/** The one address to connect to. Refuses a host that leads, or might lead, to where it must not. */
export async function judgedAddress(hostname: string, allowance: Allowance, resolve: Resolve): Promise<Address> {
  const host = hostname.replace(/^\[|\]$/g, '')
  const family = isIP(host)
  const found = family === 0 ? await resolve(host) : [{ address: host, family: family === 6 ? 6 : 4 } as const]
  const [first] = found
  if (!first) throw new TaskError('validation', `${host} has no address`)
  const isAllowed = (address: Address) => isPublic(address) || allowance.allowsAddress(address)
  const refused = allowance.allowsHost(host) ? undefined : found.find((address) => !isAllowed(address))
  if (!refused) return first
  const which = refused.address === host ? host : `${host} leads to ${refused.address}, which`
  throw new TaskError('validation', `${which} is not a public address: allow it in the configuration (webhooks.allow)`)
}

function blockList(entries: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family)
  }
  return list
}
