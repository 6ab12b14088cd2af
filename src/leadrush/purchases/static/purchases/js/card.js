// Mounts the processor's own frame, in which a card is written. Nothing of what is written there passes here.

const form = document.getElementById("card");
const said = form.querySelector("[data-said]");
const button = form.querySelector("[data-pay]");
const page = getComputedStyle(document.body);

const say = (words) => {
  said.textContent = words;
};

const mount = () => {
  const processor = window.Stripe(form.dataset.key);
  const elements = processor.elements({
    clientSecret: form.dataset.secret,
    appearance: {
      variables: {
        colorPrimary: page.color,
        colorBackground: page.backgroundColor,
        colorText: page.color,
        borderRadius: "4px",
      },
    },
  });
  const frame = elements.create("payment", { wallets: { applePay: "never", googlePay: "never" } });
  frame.on("ready", () => {
    form.querySelector("[data-waiting]")?.remove();
    button.disabled = false;
  });
  frame.on("loaderror", () => say(form.dataset.lost));
  frame.mount("#card [data-frame]");

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    say("");
    const { error } = await processor.confirmPayment({
      elements,
      confirmParams: { return_url: form.dataset.back },
      redirect: "if_required",
    });
    if (error) {
      say(error.message);
      button.disabled = false;
    } else {
      location.assign(form.dataset.back);
    }
  });
};

const script = document.createElement("script");
script.src = form.dataset.script;
script.addEventListener("load", mount);
script.addEventListener("error", () => say(form.dataset.lost));
document.head.append(script);
