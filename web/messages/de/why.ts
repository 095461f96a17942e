import type { why as english } from '../en/why.ts';

export const why: typeof english = {
  title: 'Warum ist ein Bild in der Mail, die ich bekommen habe?',
  description: 'Was das kleine Bild in einer E-Mail-Signatur dem Absender sagt und was nicht.',
  lead: 'Die Signatur dieser Mail enthält ein durchsichtiges Bild von einem Pixel. Lädt Ihr Mailprogramm es, erfährt der Absender, dass eine Mail mit dieser Signatur zu dieser Zeit geöffnet wurde.',
  sections: [
    {
      title: 'Was der Absender erfährt',
      lines: [
        'Dass eine Mail mit seiner Signatur geöffnet wurde, wann, und ob auf Computer, Telefon oder Tablet, soweit Ihr Mailprogramm das verrät.',
        'Ob statt eines Menschen eine Maschine das Bild geholt hat, etwa ein Mail-Gateway oder Apples Vorabladen.',
      ],
    },
    {
      title: 'Was der Absender nicht erfährt',
      lines: [
        'Wer sie geöffnet hat. Das Bild ist in jeder Mail dieser Person oder dieses Geschäfts dasselbe: Es trägt weder Namen noch Adresse von Ihnen.',
        'Ihre IP-Adresse. Sie wird im Arbeitsspeicher mit einem Schlüssel verrechnet, nie aufgeschrieben, und der Schlüssel wird nach zwei Tagen vernichtet.',
        'Wo Sie sind. Höchstens das Land, wenn eine Firma das eingeschaltet hat, und nie für einzelne Leser.',
        'Was Sie lesen, schreiben, anklicken oder aufbewahren.',
      ],
    },
    {
      title: 'Wie lange das gespeichert wird',
      lines: [
        'Jede Öffnung wird nach der Frist gelöscht, die die Firma eingestellt hat: 30 bis 365 Tage, ab Werk 90. Danach bleiben nur Tagessummen, 13 Monate lang.',
      ],
    },
    {
      title: 'Wie Sie es abstellen',
      lines: [
        'Schalten Sie in Ihrem Mailprogramm das Laden externer Bilder ab: Dann wird nichts übertragen. Gmail: Einstellungen, Allgemein, Bilder, Vor dem Anzeigen fragen. Outlook: Trust Center, Automatischer Download. Apple Mail: Einstellungen, Datenschutz.',
        'Oder schreiben Sie dem Absender. Weil hier kein Empfänger bekannt ist, gibt es auch keine Empfängerliste, aus der man Sie streichen könnte.',
      ],
    },
  ],
  who: 'Diesen Server betreibt die Firma, die Ihnen geschrieben hat, oder jemand in ihrem Auftrag. Sie ist für die Nutzung des Bildes verantwortlich; Datenschutzhinweis und Kontakt stehen auf ihrer Website.',
  language: 'English',
};
