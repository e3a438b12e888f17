import type { PspSecret, SecretReader } from "../secrets/SecretReader";
import type {
  AuthorizeRequest,
  CancelRequest,
  FollowUpRequest,
  PaymentServiceProvider,
  PspLookup,
} from "./PaymentServiceProvider";

/**
 * A provider that follows the rotation of its key. The PSP's 401 or 403 means that nothing happened there, so after
 * reading the secret again the call is made once more if the key has changed.
 */
export class RotatingPaymentServiceProvider implements PaymentServiceProvider {
  readonly #secret: SecretReader<PspSecret>;
  readonly #create: (apiKey: string) => PaymentServiceProvider;
  #current: { readonly apiKey: string; readonly provider: PaymentServiceProvider } | undefined;

  constructor(secret: SecretReader<PspSecret>, create: (apiKey: string) => PaymentServiceProvider) {
    this.#secret = secret;
    this.#create = create;
  }

  authorize(request: AuthorizeRequest): ReturnType<PaymentServiceProvider["authorize"]> {
    return this.#call((provider) => provider.authorize(request));
  }

  capture(request: FollowUpRequest): ReturnType<PaymentServiceProvider["capture"]> {
    return this.#call((provider) => provider.capture(request));
  }

  refund(request: FollowUpRequest): ReturnType<PaymentServiceProvider["refund"]> {
    return this.#call((provider) => provider.refund(request));
  }

  cancel(request: CancelRequest): ReturnType<PaymentServiceProvider["cancel"]> {
    return this.#call((provider) => provider.cancel(request));
  }

  lookup(idempotencyKey: string): Promise<PspLookup> {
    return this.#call((provider) => provider.lookup(idempotencyKey));
  }

  async #call<Outcome extends PspLookup>(
    use: (provider: PaymentServiceProvider) => Promise<Outcome>,
  ): Promise<Outcome> {
    const { apiKey, provider } = await this.#provider(false);
    const outcome = await use(provider);
    if (outcome.kind !== "rejected" || (outcome.status !== 401 && outcome.status !== 403)) return outcome;
    const rotated = await this.#provider(true);
    return rotated.apiKey === apiKey ? outcome : use(rotated.provider);
  }

  async #provider(fresh: boolean): Promise<{ apiKey: string; provider: PaymentServiceProvider }> {
    const { apiKey } = await this.#secret.read({ fresh });
    if (this.#current?.apiKey !== apiKey) this.#current = { apiKey, provider: this.#create(apiKey) };
    return this.#current;
  }
}
