// Shows the contract of the engine that this page came from; nothing is fetched from anywhere else.
window.ui = SwaggerUIBundle({
  url: "../openapi.json",
  dom_id: "#contract",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  tagsSorter: "alpha",
  validatorUrl: null,
  displayRequestDuration: true,
});
