import type { Words } from '../en.ts'

export const common: Words['common'] = {
  cancel: 'Cancelar',
  done: 'Concluir',
  close: 'Fechar',
  tryAgain: 'Tentar de novo',
  loading: 'Carregando',
  dismiss: 'Dispensar',
  skipToContent: 'Ir para o conteúdo',
  reference: { label: 'Referência', copy: 'Copiar', copied: 'Referência copiada', copyFailed: 'Não foi possível copiar' },
}
