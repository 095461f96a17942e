/** The same keys as another language's messages, none missing and none more, each with a text of its own. */
export type Translated<Messages> = {
  readonly [Key in keyof Messages]: Messages[Key] extends string ? string : Translated<Messages[Key]>;
};
