import type { landing as english } from '../en/landing.ts';

export const landing: typeof english = {
  title: 'MailTracker: wissen, wann man anruft',
  description:
    'MailTracker sagt Ihnen, wann Sie anrufen sollten: aus geöffneten E-Mails werden Kaufsignale in Echtzeit.',
  signIn: 'Anmelden',
  promise: 'Schluss mit kalten Kontakten.',
  promiseMore:
    'MailTracker sagt Ihnen genau, wann Sie anrufen sollten: Aus unsichtbar geöffneten E-Mails werden Kaufsignale in Echtzeit.',
  start: 'Organisation anlegen',
  startMore: 'Auf eigenem Server. Die erste Öffnung steht nach fünf Minuten auf dem Bildschirm.',
  shift: 'Kein unsichtbares Pixel-Analysewerkzeug: ein Signal für den richtigen Moment.',
  oneLiner:
    'Viele Tracker zählen Maschinen mit. MailTracker zeigt sie, lehnt sie ab und lässt das eine Signal übrig, das sagt: anrufen.',
  pictureAlt:
    'Die Seite Live: Ein Angebot wird einmal geöffnet, dann noch einmal, und beim dritten Mal steht es unter „Jetzt anrufen“, mit dem Grund als Satz.',
  pictureNote:
    'Das Produkt selbst, von einem Skript fotografiert, während ein Angebot dreimal in fünf Minuten geöffnet wird.',
  scenarioTitle: 'Dasselbe Angebot, zwei Ausgänge',
  beforeTitle: 'Vorher',
  before:
    'Sie schicken das Angebot am Montag und rufen am Mittwoch an. Inzwischen hat man drei andere gelesen und muss Ihres erst wieder suchen.',
  afterTitle: 'Mit MailTracker',
  after:
    'Proposal.pdf wird dreimal in 5 Minuten geöffnet, zuletzt auf einem Telefon. Ihr Bildschirm sagt: jetzt anrufen, und warum. Sie rufen an, während noch gelesen wird.',
  tableTitle: 'Was es tut und was das wert ist',
  tableFeature: 'Was es tut',
  tableWorth: 'Was das wert ist',
  rows: [
    ['Ein Pixel in der Signatur und einer je Geschäft', 'Kaufsignal', 'Den Moment kennen, in dem Interesse entsteht.'],
    ['Eine Live-Liste, nach Wärme sortiert', 'Der richtige Moment', 'Anrufen, während noch gelesen wird.'],
    ['Gmail, Apple, Gateways und Bots unterschieden', 'Keine Scheinzahlen', 'Sich nie über eine Maschine freuen.'],
    [
      'Wiederholungen desselben Lesers zusammengefasst',
      'Echtes Interesse',
      'Einen eifrigen Leser von zehn Ladevorgängen derselben Mail unterscheiden.',
    ],
    [
      'Keine IP-Adresse gespeichert, kein Empfänger erkannt',
      'Privat ab Werk',
      'Antworten bereit für alle, die nach Daten fragen.',
    ],
  ],
  honestTitle: 'Auch Maschinen öffnen Mails. Was machen andere daraus?',
  honestLead:
    'Apple lädt Bilder, bevor jemand liest, Sicherheits-Gateways öffnen alles, Gmail lädt über eigene Server. MailTracker beurteilt jeden Abruf, zeigt auch die abgelehnten und sagt, warum.',
  honestWho: 'Werkzeug',
  honestWhat: 'Was die eigenen Seiten sagen',
  honest: [
    [
      'HubSpot Marketing-Mails',
      'Filtert vermutete Bots und Apples Vorabladen, ab Werk eingeschaltet; Gefiltertes steht nicht im Zähler.',
      'https://knowledge.hubspot.com/marketing-email/understand-bot-filtering-in-marketing-email-analytics',
    ],
    [
      'Klaviyo',
      'Kennzeichnet Öffnungen als Apple Privacy Open und sagt, Mensch und Maschine seien nicht zu unterscheiden; weglassen müssen Sie sie selbst.',
      'https://help.klaviyo.com/hc/en-us/articles/4416791883163',
    ],
    [
      'Streak',
      'Zählt, sobald das Bild abgerufen wird; sagt, dass das fehlbar und keine absolute Wahrheit ist.',
      'https://support.streak.com/email-tracking/overview-email-tracking',
    ],
    [
      'MailTracker',
      'Acht Urteile, jedes mit Sicherheit und Grund. Maschinen bleiben sichtbar, zählen nie und klingeln nie.',
      '/why',
    ],
  ],
  honestDate:
    'Seiten im Stand von November 2026. Was kein Pixel wissen kann, bleibt auch hier unbekannt: blockierte Bilder und Apple-Leser hinter dem Vorabladen.',
  privacyTitle: 'Datenschutz in fünf Zeilen',
  privacy: [
    'Keine IP-Adresse verlässt den Arbeitsspeicher: nicht in Tabellen, Dateien, Protokolle oder Warteschlangen.',
    'Kein Empfänger wird erkannt, und keiner kann es: Eine Signatur trägt keine Adresse.',
    'Was zwei Leser unterscheidet, ist ein Hash mit Schlüssel, und der Schlüssel wird nach zwei Tagen vernichtet.',
    'Öffnungen werden nach 90 Tagen gelöscht, oder nach dem, was Sie von 30 bis 365 einstellen; dann bleiben Tagessummen, 13 Monate lang.',
    'Das Recht ist je Land verschieden und verlangt teils Einwilligung: Das Projekt sagt, was bekannt ist, Ihre Beratung entscheidet.',
  ],
  priceTitle: 'Ein Preis je Platz',
  price: '29 $',
  priceUnit: 'je Person und Monat, empfohlen',
  priceMore:
    'Unbegrenzt viele Kampagnen, keine Gebühr je Öffnung: Ein zehnmal gelesenes Angebot kostet so viel wie ein ungelesenes.',
  hostTitle: 'Oder selbst betreiben',
  hostMore: 'Node 20.19 oder neuer, sonst nichts. Die Datenbank ist dabei.',
  footerWhy: 'Warum ist ein Bild in meiner Mail?',
  footerApi: 'API',
  language: 'English',
};
