/** An address, its host first of all: that is what tells one from another. */
export function EndpointAddress({ url }: { url: string }) {
  const { host, before, after } = partsOf(url)
  return (
    <span className="wrap-anywhere">
      <span className="font-normal text-muted">{before}</span>
      {host}
      <span className="font-normal text-muted">{after}</span>
    </span>
  )
}

/** The host is taken from the text itself: what is shown is what was typed. */
function partsOf(url: string): { before: string; host: string; after: string } {
  const [, before = '', host = url, after = ''] = /^(https?:\/\/)([^/?]*)(.*)$/i.exec(url) ?? []
  return { before, host, after }
}

/** What an endpoint is called where there is room for a name only. */
export function endpointName(url: string): string {
  return partsOf(url).host
}
