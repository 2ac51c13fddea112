import * as fc from 'fast-check'

const UUID = '7f0c1a52-8f5e-4a86-9f3c-111111111111'
const PHONE = '51987654321'

/** Ways to write a separator, a dot or an end that some reader somewhere undoes, and some only the second time. */
export const HOSTILE_PIECES: readonly string[] = [
  String.raw`.. ../ /.. ..\ %2e%2e %2e%2e%2f %252e%252e%252f %2f %5c \ / // ./ ; # ? & % %00 %0d%0a %20 { } [ ] * $ "`,
  String.raw`' < : @ | ~ + , %c0%ae %e0%80%ae %c0%af %ff %u002e __proto__ constructor toString CON null undefined NaN`,
  'backups .new- user:password@ \0 \r\n \u2024 \uff0e \uff0f \u2215 \u29f8 \u202e \u200b \u200d \ufeff \u0661',
].flatMap((line) => line.split(' '))

const fullwidth = (text: string): string => text.replaceAll(/[0-9a-f]/g, (one) => String.fromCodePoint((one.codePointAt(0) ?? 0) + 0xfee0))

const spoil = (text: string) =>
  fc.oneof(
    fc.constantFrom(
      fullwidth(text),
      `{${text}}`,
      `urn:uuid:${text}`,
      `${text}\n`,
      text.slice(1),
      text.replaceAll('-', ''),
      `${text}${text}`,
    ),
    fc.tuple(fc.constantFrom(...HOSTILE_PIECES), fc.nat(text.length)).map(([piece, at]) => text.slice(0, at) + piece + text.slice(at)),
    fc.nat(text.length - 1).map((at) => text.slice(0, at) + fullwidth(text.slice(at, at + 1)) + text.slice(at + 1)),
  )

/** Texts in the place of a session's id: mostly wrong by little. Some are ids in capitals: those a schema may take. */
export const hostileId: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: spoil(UUID) },
  { weight: 2, arbitrary: spoil(PHONE) },
  { weight: 3, arbitrary: fc.array(fc.constantFrom(...HOSTILE_PIECES, UUID, PHONE), { maxLength: 6 }).map((parts) => parts.join('')) },
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('', UUID.toUpperCase(), 'a'.repeat(5000), `${'../'.repeat(2000)}etc/passwd`, '\u0660'.repeat(11)),
)
