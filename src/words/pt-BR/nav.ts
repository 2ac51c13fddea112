import type { Words } from '../en.ts'

export const nav: Words['nav'] = {
  pages: 'Páginas',
  settings: 'Configurações',
  whatsapp: 'WhatsApp',
  devices: 'Aparelhos',
  activity: 'Atividade',
  members: 'Membros',
  webhooks: 'Webhooks',
  breadcrumb: 'Caminho de navegação',
  account: 'Conta',
  profile: 'Seu perfil',
  signOut: 'Sair',
  organization: 'Organização',
  language: 'Idioma',
  theme: 'Aparência',
  themes: { system: 'Como este dispositivo', light: 'Claro', dark: 'Escuro' },
  notFound: 'Esta página não existe',
  backToSettings: 'Ir para as configurações',
}
