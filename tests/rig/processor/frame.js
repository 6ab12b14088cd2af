// A stand-in for the processor's script: it puts its own frame into the page, and asks it to pay.

const origin = new URL(document.currentScript.src).origin;

window.Stripe = () => ({
  elements: ({ clientSecret }) => ({
    create: () => ({
      handlers: {},
      on(name, handler) {
        this.handlers[name] = handler;
      },
      mount(where) {
        const frame = document.createElement("iframe");
        const name = clientSecret.split("_secret_")[0];
        frame.src = `${origin}/frame?name=${name}&secret=${clientSecret}`;
        frame.title = "Card";
        frame.name = "__privateStripeFrame1";
        frame.addEventListener("load", () => this.handlers.ready?.());
        document.querySelector(where).append(frame);
        window.processorFrame = frame;
      },
    }),
  }),
  confirmPayment: () =>
    new Promise((resolve) => {
      const answered = (event) => {
        if (event.origin !== origin) return;
        removeEventListener("message", answered);
        resolve(event.data);
      };
      addEventListener("message", answered);
      window.processorFrame.contentWindow.postMessage("pay", origin);
    }),
});
