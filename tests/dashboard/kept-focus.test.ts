import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { keepFocus } from '../../src/app/kept-focus.ts'

let stop: () => void

beforeEach(() => {
  document.body.innerHTML = `
    <main tabindex="-1">
      <ul><li><a href="#1">one</a></li><li><a href="#2">two</a></li><li><a href="#3">three</a></li></ul>
      <button>save</button>
    </main>`
  stop = keepFocus(document)
})
afterEach(() => {
  stop()
  document.body.innerHTML = ''
})

const find = (selector: string) => {
  const found = document.querySelector<HTMLElement>(selector)
  if (!found) throw new Error(`there is no ${selector}`)
  return found
}
const link = (to: number) => find(`a[href="#${to}"]`)
/** Long enough for the focus to have been given. */
const aWhile = () => new Promise((done) => setTimeout(done, 150))

describe('the focus, when what had it is taken away', () => {
  it('goes to the next item of the list, and to the last one from the end', async () => {
    link(2).focus()
    link(2).closest('li')?.remove()
    await vi.waitFor(() => expect(document.activeElement).toBe(link(3)))
    link(3).closest('li')?.remove()
    await vi.waitFor(() => expect(document.activeElement).toBe(link(1)))
  })

  it('goes to what is around when the list is empty, and to the page that comes instead', async () => {
    link(1).focus()
    find('ul').remove()
    await vi.waitFor(() => expect(document.activeElement).toBe(find('main')))
    find('main').remove()
    document.body.innerHTML = '<main tabindex="-1"></main>'
    await vi.waitFor(() => expect(document.activeElement).toBe(find('main')))
  })

  it('waits for a button that is busy', async () => {
    const button = find('button') as HTMLButtonElement
    button.focus()
    button.disabled = true
    button.blur()
    await aWhile()
    expect(document.activeElement).toBe(document.body)
    button.disabled = false
    await vi.waitFor(() => expect(document.activeElement).toBe(button))
  })

  it('goes from a menu to the button that it hung at, once that can be used', async () => {
    const button = find('button') as HTMLButtonElement
    button.id = 'opener'
    button.disabled = true
    document.body.insertAdjacentHTML('beforeend', '<div role="menu" aria-labelledby="opener"><a href="#item">item</a></div>')
    find('a[href="#item"]').focus()
    find('[role=menu]').remove()
    await aWhile()
    button.disabled = false
    await vi.waitFor(() => expect(document.activeElement).toBe(button))
  })

  it('stays where others put it meanwhile, and away from who clicked beside everything', async () => {
    link(1).focus()
    link(1).closest('li')?.remove()
    find('button').focus()
    await aWhile()
    expect(document.activeElement).toBe(find('button'))
    find('button').blur()
    document.body.click()
    find('ul').remove()
    await aWhile()
    expect(document.activeElement).toBe(document.body)
  })
})
