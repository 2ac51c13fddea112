import { tmpdir } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { sectionOf } from '../support/markdown.ts'
import { hasExcerpt } from './docs/excerpt.ts'
import { openShell, type Shell } from './docs/shell.ts'
import { faultsOf, storyOf } from './docs/story.ts'

const block = (info: string, body: string) => `\`\`\`${info}\n${body}\n\`\`\`\n`

describe('how a page is read', () => {
  it('takes commands in order, each with what the page says that they print', () => {
    const page = `# A page\n\n${block('sh', 'one')}\nIt prints:\n\n${block('text', '1')}\n<!-- by hand: link -->\n\n${block('sh account', 'two')}`
    expect(storyOf(page)).toEqual([
      { kind: 'sh', line: 3, text: 'one\n', mark: null, expected: '1\n' },
      { kind: 'hand', line: 13, name: 'link' },
      { kind: 'sh', line: 15, text: 'two\n', mark: 'account', expected: null },
    ])
  })

  it('takes no text for an output that stands in another section, or behind another block', () => {
    const page = `${block('sh', 'one')}\n## Else\n\n${block('text', 'a tree')}\n${block('sh', 'two')}${block('json', '{}')}${block('text', 'x')}`
    expect(storyOf(page)).toMatchObject([{ expected: null }, { expected: null }])
  })

  it('takes a block out of the list that it stands in', () => {
    expect(storyOf('1. Run:\n\n   ```sh\n   one \\\n     two\n   ```\n')).toMatchObject([{ text: 'one \\\n  two\n', line: 3 }])
  })

  it('takes a section of another page as done before', () => {
    expect(storyOf('<!-- after: call.md#sign-in -->\n')).toEqual([{ kind: 'after', line: 1, page: 'call.md', section: 'sign-in' }])
    const other = `# Call\n\n${block('sh', '# no heading')}\n## Sign in\n\n${block('sh', 'sign in')}\n## Go on\n\n${block('sh', 'go on')}`
    expect(storyOf(sectionOf(other, 'sign-in'))).toMatchObject([{ text: 'sign in\n' }])
    expect(() => sectionOf(other, 'sign-out')).toThrow('no heading for #sign-out')
  })

  it.each([
    [
      'commands in a language that would not be run',
      block('bash', 'npm ci'),
      'line 1: a block in "bash" is neither run nor shown: commands are in sh',
    ],
    ['a block in none', block('', 'npm ci'), 'line 1: a block in "" is neither run nor shown: commands are in sh'],
    ['a mark that is none', block('sh later', 'npm ci'), 'line 1: "later" is no mark'],
    ['two marks', block('sh account vps', 'npm ci'), 'line 1: "account vps" is no mark'],
  ])('refuses %s', (_, page, fault) => {
    expect(faultsOf(page)).toEqual([fault])
    expect(faultsOf(block('sh', 'npm ci') + block('ts', 'x()'))).toEqual([])
  })
})

describe('what a page says of an output', () => {
  const OUTPUT = '> latchkey@0.1.0 doctor\n\n1 session  \n  connected +51 987\nall is well\n'
  it.each([
    ['1 session\n  connected …', true],
    ['1 session\n…\nall is well', true],
    ['  connected +51 987\nall is well', true],
    ['1 session\nall is well', false],
    ['connected +51 988', false],
    ['2 sessions', false],
    ['all is w', false],
  ])('%j: %s', (expected, has) => {
    expect(hasExcerpt(OUTPUT, expected)).toBe(has)
  })
})

describe('the shell', () => {
  let shell: Shell
  const open = () => (shell = openShell(tmpdir(), { PATH: process.env['PATH'] ?? '' }))
  afterEach(async () => shell.close())

  it('keeps a variable over blocks, and hands no command the next one as input', async () => {
    open()
    expect(await shell.run('NAME=ana\ncat\n')).toBe('\n')
    expect(await shell.run('echo "$NAME" && echo oops >&2\n')).toBe('ana\noops\n\n')
  })

  it.each(['false\necho on', 'echo "$NEVER_SET"', 'echo done && exit 3', 'no-such-command | cat; no-such-command'])(
    'is red at %j',
    async (commands) => {
      open()
      await expect(shell.run(`${commands}\n`)).rejects.toThrow('a command failed')
      await expect(shell.run('echo on\n')).rejects.toThrow('a command failed')
    },
  )
})
