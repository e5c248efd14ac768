/** A browser of few words: it follows redirects and keeps cookies. */

export function openPlainBrowser(home: string) {
  const jars = new Map<string, Map<string, string>>()
  const visited: URL[] = []
  async function step(url: URL): Promise<Response> {
    const jar = jars.get(url.host) ?? new Map<string, string>()
    jars.set(url.host, jar)
    visited.push(url)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { headers: { cookie }, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '' || /max-age=0/i.test(line)) jar.delete(name)
      else jar.set(name, value)
    }
    return response
  }
  return {
    visited,
    cookie: (name: string) => jars.get(new URL(home).host)?.get(name),
    /** Follows redirects until `until` says that it is enough, or there is no other. */
    async go(path: string, until: (url: URL) => boolean = () => false) {
      let url = new URL(path, home)
      for (let steps = 0; steps < 20; steps += 1) {
        if (until(url)) return { url, text: '' }
        const response = await step(url)
        const location = response.headers.get('location')
        if (location === null) return { url, text: await response.text() }
        await response.text()
        url = new URL(location, url)
      }
      throw new Error(`too many redirects: ${visited.map(({ href }) => href).join(' ')}`)
    },
  }
}
