import { Component, type ReactNode } from 'react'
import { Button } from '../ui/button.tsx'
import { CenterPage } from '../ui/center-page.tsx'
import { LanguageContext } from '../words/language.ts'

/** Shows what to do when drawing the page throws, which it should not. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  static override contextType = LanguageContext
  declare context: React.ContextType<typeof LanguageContext>
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    if (!this.state.failed) return this.props.children
    const words = this.context?.words.boot
    return (
      <CenterPage>
        <div role="alert" className="text-center">
          <h1 className="text-lg font-semibold tracking-tight">{words?.crashed}</h1>
          <p className="mt-1 text-sm text-muted">{words?.crashedHint}</p>
          <Button className="mt-4" onClick={() => location.reload()}>
            {words?.reload}
          </Button>
        </div>
      </CenterPage>
    )
  }
}
