const place = document.getElementById("swagger");
SwaggerUIBundle({ url: place.dataset.document, domNode: place, deepLinking: false });
