// Inside the stand-in's frame: what is written here goes to the processor's own address, and nowhere else.

const asked = new URLSearchParams(location.search);

const send = async (more) => {
  const said = { name: asked.get("name"), secret: asked.get("secret"), number: "", ...more };
  said.number = document.getElementById("number").value;
  const answer = await fetch("/confirm", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(said),
  });
  return answer.json();
};

addEventListener("message", async (event) => {
  if (event.data !== "pay") return;
  let done = await send({});
  if (done.asks) {
    const question = document.getElementById("asks");
    question.hidden = false;
    const sure = await new Promise((resolve) => {
      document.getElementById("yes").onclick = () => resolve(true);
      document.getElementById("no").onclick = () => resolve(false);
    });
    question.hidden = true;
    done = await send({ asked: true, sure });
  }
  event.source.postMessage(done, event.origin);
});
