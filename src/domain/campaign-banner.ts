/** An image above the pixels of every signature in the audience while the campaign is active. Addresses are absolute. */
export interface CampaignBanner {
  readonly imageUrl: string;
  /** Null: the image is no link. */
  readonly linkUrl: string | null;
  /** What stands there when the image is blocked. */
  readonly alt: string;
  /** Pixels: Outlook draws an image without them at its own size. */
  readonly width: number;
  readonly height: number;
}
