const STATEMENT = /(?:^|\b(?:begin|then|else|loop|as))\s*((?:update|delete\s+from)\s[\s\S]*)$/i

/**
 * Statements of a function's body that change or delete every row. Supabase's API loads `safeupdate`, which refuses them, also inside of
 * functions; the embedded stack has no such thing.
 */
export function withoutWhere(body: string): string[] {
  return body
    .replaceAll(/--.*$/gm, '')
    .split(';')
    .flatMap((part) => {
      const statement = STATEMENT.exec(part.trim())?.[1]
      return statement === undefined || /\bwhere\b/i.test(statement) ? [] : [statement.replaceAll(/\s+/g, ' ').slice(0, 80)]
    })
}
