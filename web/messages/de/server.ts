import type { server as english } from '../en/server.ts';
import type { Translated } from '../translated.ts';

export const server: Translated<typeof english> = {
  // Who may.
  signInFirst: 'Melden Sie sich zuerst an.',
  needsRole: 'Dazu braucht es die Rolle {role}. Fragen Sie in Ihrer Organisation nach einem {who}.',
  onlyOwnerRoles: 'Rollen ändert nur ein Owner.',
  onlyOwnerInvites: 'Einen {role} lädt nur ein Owner ein.',
  onlyOwnerCan: '{name} ist {role}: Das kann nur ein Owner.',
  lastOwner: 'Das ist der letzte Owner. Machen Sie zuerst jemand anderen zum Owner.',
  lastOwnerErase:
    'Das ist der letzte Owner. Machen Sie zuerst jemand anderen zum Owner, oder löschen Sie die Organisation.',
  notYourself: 'Sich selbst können Sie nicht deaktivieren. Bitten Sie einen anderen Owner oder Admin.',
  notYours: 'Das kann nur ein Admin oder wem der Deal gehört.',
  figuresNotYours: 'Diese Zahlen sieht nur ein Admin oder wem der Deal gehört.',
  ownDealsOnly: 'Mitglieder verfolgen ihre eigenen Deals; Kampagnen für andere legt ein Admin an.',
  notCarried: 'Diese Kampagne steht nicht in Ihrer Signatur.',
  dashboardOff: 'Ihre Organisation zeigt die Resonanz nicht. Ein Admin kann sie einschalten.',
  dashboardOffMembers: 'Diese Organisation zeigt Mitgliedern ihre Resonanz nicht. Ein Admin kann sie einschalten.',
  widgetEnded: 'Diese Adresse des Widgets gilt nicht oder nicht mehr. Laden Sie die Seite neu, die es zeigt.',
  deactivated: 'Dieses Konto wurde von einem Admin seiner Organisation deaktiviert.',
  notFound: 'Nicht gefunden: {what}',
  memberGone: 'Dieses Mitglied gibt es nicht.',
  departmentGone: 'Diese Abteilung gibt es nicht.',
  invitationGone: 'Diese Einladung gibt es nicht.',
  campaignGone: 'Diese Kampagne gibt es nicht.',
  signalGone: 'Dieses Signal gibt es nicht.',
  muteGone: 'Diese Stummschaltung gibt es nicht.',
  templateGone: 'Diese Vorlage gibt es nicht.',
  destinationGone: 'Dieses Ziel gibt es nicht.',
  deliveryGone: 'Diese Zustellung gibt es nicht.',
  keyGone: 'Diesen Schlüssel gibt es nicht.',
  sessionGone: 'Diese Sitzung gibt es nicht.',
  nothingAt: 'Unter {method} {path} gibt es nichts.',

  // The server itself.
  fault: 'Bei uns ist etwas schiefgegangen. Es ist vermerkt; versuchen Sie es noch einmal.',
  databaseAway:
    'Die Datenbank ist nicht erreichbar. Öffnungen werden weiter gesammelt; versuchen Sie es gleich noch einmal.',
  starting:
    'Die Seiten und die API sind noch nicht da. Öffnungen werden schon gesammelt; versuchen Sie es gleich noch einmal.',
  restarting: 'Der Server startet gleich neu.',
  screensRestarting:
    'Die Seiten und die API werden neu gestartet. Öffnungen werden weiter gesammelt; versuchen Sie es noch einmal.',
  brokenOff: 'Die Antwort brach ab. Sehen Sie nach, ob es geschehen ist, bevor Sie es noch einmal versuchen.',
  wrongSecret:
    'Die Pixel lassen sich nicht zeigen: Der Server läuft mit einem anderen APP_SECRET als dem, mit dem sie gemacht wurden. Öffnungen werden weiter gesammelt; wer den Server betreibt, muss das frühere APP_SECRET wieder einsetzen.',
  notUnderstood: 'Die Anfrage war nicht zu verstehen.',
  notUnderstoodBody:
    'Die Anfrage war nicht zu verstehen: Ihr Inhalt ist kein gültiges JSON, oder ihre Adresse ist falsch gebaut.',
  tooLarge: 'Das ist mehr, als hier angenommen wird.',
  addressTooLong: 'Die Adresse ist zu lang.',
  tooManyRequests: 'Zu viele Anfragen. Noch einmal in {wait}.',
  tooManyStreams:
    'Sie haben zu viele Live-Verbindungen offen. Schließen Sie einige Fenster; Tabs desselben Browsers teilen sich eine.',
  noRoomForStreams: 'Dieser Server hat keinen Platz für weitere Live-Verbindungen. Kommen Sie später wieder.',

  // Signing in.
  wrongPasswords: 'Zu viele falsche Kennwörter. Noch einmal in {minutes} Minuten.',
  wrongTries: 'Zu viele falsche Versuche. Noch einmal in {minutes} Minuten.',
  manySignIns: 'Zu viele Anmeldungen auf einmal. Versuchen Sie es gleich noch einmal.',
  wrongSignIn: 'E-Mail-Adresse oder Kennwort ist falsch.',
  emailTaken: 'Es gibt schon ein Konto mit dieser E-Mail-Adresse. Melden Sie sich damit an.',
  commonPassword:
    'Das ist eines der häufigsten Kennwörter. Wählen Sie ein anderes: ein paar Wörter, die nicht zusammengehören.',
  passwordLength: 'Ein Kennwort hat {least} bis {most} Zeichen; 15 oder mehr sind ratsam.',
  secondStepLate:
    'Diese Anmeldung dauerte länger als 10 Minuten oder begann anderswo. Geben Sie Ihr Kennwort noch einmal ein.',
  wrongCode:
    'Dieser Code ist falsch oder zu alt. Tippen Sie den, den Ihre App jetzt zeigt, oder einen Wiederherstellungscode.',
  wrongCodes: 'Zu viele falsche Codes. Geben Sie Ihr Kennwort noch einmal ein.',
  wrongCodesWait: 'Zu viele falsche Codes. Noch einmal in 15 Minuten.',
  codeUsed: 'Dieser Code ist schon benutzt. Warten Sie auf den nächsten.',
  wrongRecovery:
    'Dieser Wiederherstellungscode ist falsch oder schon benutzt; jeder gilt einmal. Nehmen Sie einen anderen.',
  notYourPassword: 'Das ist nicht Ihr Kennwort.',
  secondStepOff: 'Der zweite Schritt ist für dieses Konto nicht eingeschaltet. Geben Sie Ihr Kennwort noch einmal ein.',
  secondStepOn: 'Der zweite Schritt ist schon eingeschaltet. Schalten Sie ihn erst aus, um neu zu beginnen.',
  noRecovery: 'Für dieses Konto gibt es keine Wiederherstellungscodes.',
  noPassword: 'Dieses Konto hat kein Kennwort. Setzen Sie eines über „Kennwort vergessen“ auf der Anmeldeseite.',
  resetEnded:
    'Dieser Link ist benutzt, durch einen neueren ersetzt oder älter als {minutes} Minuten. Bitten Sie um einen neuen.',
  noMail:
    'Dieser Server sendet keine E-Mails. Bitten Sie, wer ihn betreibt, um einen Link (mailtracker user reset-link --email …).',

  // Single sign-on.
  ssoFailed: 'Das Single Sign-on ging nicht: {why}. Beginnen Sie auf der Anmeldeseite neu.',
  ssoIssuer: 'Der Identitätsanbieter nennt sich selbst {issuer}: Nehmen Sie diesen Issuer.',
  ssoProvider: 'Der Identitätsanbieter taugt so nicht: {why}. Ein Admin prüft die Einstellungen des Single Sign-on.',
  ssoDomain:
    'Der Identitätsanbieter darf nur für Adressen bei {domain} bürgen. Melden Sie sich mit einem solchen Konto an.',
  ssoAccount: 'Diese Adresse hat schon ein Konto. Bitten Sie einen Admin um eine Einladung.',
  ssoOther:
    'Diese E-Mail-Adresse gehört zu einer anderen Identität Ihres Anbieters. Fragen Sie einen Admin Ihrer Organisation.',
  ssoNoMember: 'Sie sind noch kein Mitglied dieser Organisation. Bitten Sie einen Admin um eine Einladung.',
  ssoNone:
    'Hier ist kein Single Sign-on bekannt. Melden Sie sich mit dem Kennwort an, oder nehmen Sie den Anmelde-Link Ihrer Organisation.',
  ssoSecret: 'Das Client-Secret wird gebraucht: Ein neuer Anbieter oder Issuer hat ein neues.',
  ssoTaken: 'Dieser Identitätsanbieter wurde entfernt. Nehmen Sie Ihr Kennwort.',

  // People.
  noMailServer: 'Kein Mailserver ist eingerichtet (SMTP_URL). Geben Sie den Link selbst weiter.',
  invitationPassword: 'Wählen Sie ein Kennwort, um die Einladung anzunehmen.',
  invitationOther:
    'Die Einladung gilt {email}. Melden Sie sich ab, melden Sie sich so an und öffnen Sie den Link noch einmal.',
  invitationAccount: 'Für {email} gibt es ein Konto. Melden Sie sich damit an und öffnen Sie den Link noch einmal.',
  invitationNowhere:
    'Dieser Link führt nirgends hin: Ein Teil fehlt, oder ein neuerer hat ihn ersetzt. Suchen Sie den neuesten, oder bitten Sie um einen anderen.',
  invitationAccepted: '{email} hat sie schon angenommen.',
  invitationOpen: '{email} hat eine offene Einladung. Erneuern Sie sie, dann gibt es einen neuen Link.',
  invitationCancelled: 'Sie wurde zurückgezogen. Laden Sie neu ein.',
  alreadyMember: '{email} ist schon Mitglied.',
  alreadyMemberHere: '{email} ist schon Mitglied dieser Organisation.',
  wasDeactivated: '{email} wurde hier deaktiviert. Aktivieren Sie dieses Mitglied wieder.',
  departmentExists: 'Es gibt schon eine Abteilung „{name}“.',
  departmentUnknown: 'diese Abteilung gibt es in Ihrer Organisation nicht',
  seatsFull:
    'Alle {seats} Plätze sind vergeben. Deaktivieren Sie ein Mitglied, ziehen Sie eine Einladung zurück, oder bitten Sie um mehr Plätze.',
  seatsFullTell: 'Alle {seats} Plätze sind vergeben. Sagen Sie es dem Admin, der Sie eingeladen hat.',
  seatsOver:
    '{used} Personen ({active} aktiv, {invited} eingeladen) teilen sich {seats} Plätze. Alle Öffnungen werden weiter gesammelt; neu beitreten kann erst wieder jemand, wenn Plätze frei sind oder der Plan wächst.',
  opensOver:
    '{count} Öffnungen der letzten 24 Stunden kamen schneller als die {limit} je Minute des Plans: Sie wurden gezählt und nicht gespeichert. Pixel arbeiten weiter; ein größerer Plan speichert alle.',
  keysFull: 'Es gibt {count} gültige Schlüssel. Widerrufen Sie einen, der nicht gebraucht wird.',
  confirmErase: 'Das lässt sich nicht zurücknehmen. Um fortzufahren, tippen Sie {what}.',
  exportsRunning: 'Andere Exporte laufen. Versuchen Sie es gleich noch einmal.',

  // A file of people.
  filesRunning: 'Andere Dateien werden gerade eingelesen. Versuchen Sie es gleich noch einmal.',
  fileRows: 'Die Datei hat mehr als {rows} Zeilen. Teilen Sie sie.',
  fileBytes: 'Die Datei ist größer als {bytes} Bytes. Teilen Sie sie.',
  fileEmpty: 'Die Datei ist leer. Ihre erste Zeile nennt die Spalten: name,email,department,title,phone,role.',
  fileColumns: 'Die erste Zeile muss die Spalten nennen; es fehlt {missing}. Bekannt: {known}.',
  fileEncoding: 'Die Datei ist nicht UTF-8. Speichern Sie sie als „CSV UTF-8“ und versuchen Sie es noch einmal.',
  fileKind: 'Senden Sie die Datei als text/csv.',
  rowNoName: 'der Name fehlt',
  rowNoEmail: 'die E-Mail-Adresse fehlt',
  rowEmail: 'keine E-Mail-Adresse',
  rowRole: 'keine Rolle: {roles}, oder nichts für member',
  rowControl: 'enthält einen Zeilenumbruch oder ein anderes Steuerzeichen',
  rowUnread: 'nicht lesbar',
  rowTwice: '{email} steht schon in Zeile {line}',
  rowMember: '{email} ist schon Mitglied',
  rowSeat: 'kein Platz ist mehr frei',
  rowOwner: 'einen {role} liest nur ein Owner ein',

  // Campaigns.
  campaignBegun: 'Die Kampagne hat begonnen: Ihr Anfang lässt sich nicht mehr verschieben.',
  campaignFixed: 'Die Kampagne ist {status}; nur Name und Beschreibung lassen sich ändern.',
  campaignNoDeal: 'Die Kampagne ist kein Deal: Legen Sie stattdessen eine für einen Deal an.',
  campaignNeedsStart: 'eine geplante Kampagne hat einen Anfang; starten Sie sie, um jetzt zu beginnen',
  campaignFuture: 'in der Zukunft; schließen Sie sie ab, um sie jetzt zu beenden',
  campaignEnded: 'Das Ende der Kampagne ist vorbei: Verschieben Sie es, und versuchen Sie es noch einmal.',
  campaignConflict: 'Die Kampagne ist inzwischen in einem anderen Stand ({status}); das geht damit nicht.',
  campaignTemplate: 'diese Vorlage gibt es in Ihrer Organisation nicht',
  campaignTarget: 'das gibt es in Ihrer Organisation nicht',
  campaignVariant: 'diese Variante hat die Kampagne nicht',
  campaignLater: 'nach dem Anfang',
  campaignDealOrAudience: 'nötig, außer bei einem Deal',
  campaignLabels: 'für jede ein anderer Name',
  mutesFull: 'Höchstens {count} Stummschaltungen werden behalten.',
  testsFull: 'Höchstens {count} Tests laufen zugleich. Jeder endet von selbst.',
  testOff: 'Solange das Tracking aus ist, hat Ihre Signatur keinen Pixel; es gibt nichts zu testen.',

  // Destinations.
  destinationOff: 'Es ist abgeschaltet und sendet nichts. Nehmen Sie es erst wieder auf.',
  destinationNoSecret: 'Nur ein Webhook hat ein Geheimnis von uns. Ändern Sie stattdessen Adresse oder Token.',
  destinationFull: 'Eine Organisation hat höchstens {count} Ziele.',
  destinationName: 'Ein anderes Ziel heißt schon so.',
  destinationIncomplete: 'Es ist nicht vollständig.',
  destinationCampaign: 'Eine der Kampagnen gibt es nicht.',
  destinationCannot: 'Dorthin kann dieser Server nicht senden.',
  destinationTests: 'Höchstens {count} Tests je Minute. Versuchen Sie es gleich noch einmal.',
  hubspotNoAddress: 'HubSpot braucht das Token einer privaten App und keine Adresse.',
  hubspotToken: 'Das Zugriffs-Token einer privaten App, etwa pat-eu1-….',
  discordNoToken: 'Discord braucht die Webhook-Adresse und kein Token.',
  slackNoToken: 'Slack braucht die Webhook-Adresse und kein Token.',
  pipedriveNoAddress: 'Pipedrive braucht ein API-Token und keine Adresse.',

  // Templates.
  templateLink: '{name} ist ein Link und muss darum eine Adresse mit https:// oder http:// sein',
  templateFields: 'höchstens {count} eigene Felder',
  templateUnknownField: '{name} ist kein bekanntes Feld',
  templateKnown: 'bekannt sind {names}',
  templatesFull: 'eine Organisation hat höchstens {count} Vorlagen',
  templateName: 'eine Vorlage heißt schon {name}',

  // What a field takes.
  expected: 'erwartet: {what}',
  notTaken: 'nicht angenommen: {detail}',
  charsMost: 'höchstens {count} Zeichen',
  charsLeast: 'mindestens {count} Zeichen',
  charsLeastAdvised: 'mindestens {count} Zeichen, 15 oder mehr sind ratsam',
  charOne: 'mindestens ein Zeichen',
  campaignsMost: 'höchstens {count} Kampagnen',
  originsMost: 'höchstens {count} Adressen',
  idOne: 'mindestens eine Auswahl',
  scopeOne: 'mindestens ein Recht',
  eventOne: 'mindestens ein Ereignis',
  changeOne: 'mindestens eine Änderung',
  campaignOne: 'mindestens eine Kampagne, oder alle',
  name: 'ein Name',
  yourName: 'Ihr Name',
  yourCompany: 'der Name Ihrer Firma',
  yourPassword: 'Ihr Kennwort',
  email: 'eine E-Mail-Adresse',
  keyPurpose: 'wofür der Schlüssel ist',
  destinationLabel: 'wie es heißen soll',
  destinationAddress: 'wohin gesendet wird',
  destinationToken: 'das Zugriffs-Token',
  bannerAlt: 'was dort steht, wenn das Bild blockiert ist',
  clock: 'eine Uhrzeit von 00:00 bis 23:59',
  clockOther: 'eine andere Zeit als die erste',
  web: 'eine Adresse mit https:// oder http:// am Anfang',
  issuer: 'eine Adresse wie https://login.example.com',
  domain: 'eine Domain wie example.com',
  clientId: 'die Client-Id',
  clientSecret: 'das Client-Secret',
  origin:
    'eine Adresse wie https://portal.example: https (http nur für localhost), ein Host, kein Pfad und kein Platzhalter',
  zone: 'ein Name wie Europe/Berlin',
  zoneLong: 'eine Zeitzone wie Europe/Berlin',
  whole: 'eine ganze Zahl von {least} bis {most}',
  instant: 'ein Zeitpunkt wie {example}',
  html: 'das HTML einer Signatur',
  linkToken: 'das Token des Links',
  storable: 'Text ohne Steuerzeichen und ohne halbe Zeichen',
  mode: 'eine der angebotenen Möglichkeiten',
  oneOf: 'eines von {list}',
};
