import { CATALOGUE } from './catalogue.ts';
import { locale } from './locale.ts';
import { type Messages, translateServer } from './translate-server.ts';

// The server speaks English to people too: why it refused, what a field takes. It says more than a code could, such as
// whose address is taken, so its sentences are the keys: the English messages of `server` are these very sentences.

/** A sentence of the server in the person's language; as it came where there is no other. */
export async function toServerWords(sentence: string): Promise<string> {
  if (locale === 'en') return sentence;
  try {
    const [english, own] = await Promise.all([CATALOGUE.server.en(), CATALOGUE.server[locale]()]);
    return translateServer(sentence, english as Messages, own as Messages) ?? sentence;
  } catch {
    // While the server is away its messages cannot be fetched either.
    return sentence;
  }
}

/** Of a wrong field what was expected; said to be refused at least, where the catalogue does not know the words. */
export async function toFieldWords(detail: string): Promise<string> {
  const words = await toServerWords(detail);
  return locale === 'en' || words !== detail ? words : toServerWords(`not taken: ${detail}`);
}
