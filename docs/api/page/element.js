/** An element with a class and children: texts or other elements. */
export function element(tag, className, ...children) {
  const made = document.createElement(tag)
  if (className) made.className = className
  made.append(...children.filter((child) => child !== null && child !== ''))
  return made
}

/** A link within the page. */
export function link(hash, className, ...children) {
  const made = element('a', className, ...children)
  made.href = `#${hash}`
  return made
}

/** Sentences with `code` in them; a blank line begins a new paragraph. */
export function prose(text, className = 'prose') {
  return element('div', className, ...text.split('\n\n').map((paragraph) => element('p', '', ...inline(paragraph))))
}

/** One line with `code` in it, as children of an element. */
export function inline(text) {
  return text.split('`').map((part, at) => (at % 2 === 1 ? element('code', '', part) : document.createTextNode(part)))
}

/** A block of text that keeps its lines. `label` says what it is; `copy`: a button takes it along. */
export function block(label, text, copy = false) {
  const code = element('pre', '', element('code', '', text))
  code.tabIndex = 0
  code.setAttribute('role', 'region')
  code.setAttribute('aria-label', label)
  const head = element('div', 'block-head', element('span', '', label))
  if (copy) head.append(copyButton(text))
  return element('div', 'block', head, code)
}

function copyButton(text) {
  const button = element('button', 'copy', 'Copy')
  button.type = 'button'
  button.setAttribute('aria-live', 'polite')
  button.addEventListener('click', async () => {
    button.textContent = await navigator.clipboard.writeText(text).then(
      () => 'Copied',
      () => 'Not allowed',
    )
    setTimeout(() => (button.textContent = 'Copy'), 1500)
  })
  return button
}
