import type { NewPhone } from './settings.ts'

/** The phones a simulator without a data folder begins with: two people in Peru, with whom and what they know. */
export const DEMO_PHONES: readonly NewPhone[] = [
  {
    phone: '51987654321',
    name: 'Ana',
    contacts: [
      { phone: '51912000111', name: 'Luis Quispe', pushName: 'Luis' },
      { phone: '51944100201', name: 'Mamá', pushName: 'Carmen R.' },
      { phone: '51944100202', name: 'Rosa Huamán', pushName: 'Rosita' },
      { phone: '51944100203', name: 'Dr. Paredes (dentista)' },
      { phone: '51944100204', name: 'Ferretería El Tornillo', pushName: 'El Tornillo' },
      { phone: '34600100205', name: 'Íñigo Etxeberria', pushName: 'Iñigo' },
      { phone: '51944100206', pushName: 'Jorge ⚽' },
    ],
    groups: [
      { subject: 'Familia Rojas', participants: ['51912000111', '51944100201', '51944100202'] },
      { subject: 'Cumpleaños de Rosita 🎂', participants: ['51912000111', '51944100202', '51944100206'] },
      { subject: 'Ventas Miraflores', participants: ['51944100204', '34600100205', '51944100206'] },
    ],
  },
  {
    phone: '51912000111',
    name: 'Luis',
    contacts: [
      { phone: '51987654321', name: 'Ana Rojas', pushName: 'Ana' },
      { phone: '51944100202', name: 'Rosa', pushName: 'Rosita' },
      { phone: '51944100207', name: 'Taller Muñoz', pushName: 'Taller Muñoz' },
    ],
    groups: [{ subject: 'Fútbol de los jueves', participants: ['51987654321', '51944100206', '51944100207'] }],
  },
]
