using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Contract;

/// <summary>The description that the running service gives of itself.</summary>
internal sealed class OpenApiDescription
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch"];

    private OpenApiDescription(JsonNode document)
    {
        Document = document;
        Schema = new JsonSchema(document);
        Operations =
        [
            .. from path in document["paths"]!.AsObject()
               from operation in path.Value!.AsObject()
               where Methods.Contains(operation.Key)
               select new DescribedOperation(operation.Key.ToUpperInvariant(), path.Key, operation.Value!.AsObject()),
        ];
    }

    public JsonNode Document { get; }

    public JsonSchema Schema { get; }

    public IReadOnlyList<DescribedOperation> Operations { get; }

    public static async Task<OpenApiDescription> ReadAsync(LibraService service)
    {
        using var stranger = service.Stranger;
        return new OpenApiDescription(
            JsonNode.Parse(await stranger.GetStringAsync("/openapi.json", TestContext.Current.CancellationToken))!);
    }
}

/// <summary>One operation of the description.</summary>
internal sealed record DescribedOperation(string Method, string Path, JsonObject Json)
{
    public string Id => (string?)Json["operationId"] ?? $"{Method} {Path}";

    public IEnumerable<JsonObject> Parameters => Json["parameters"]?.AsArray().Select(parameter => parameter!.AsObject()) ?? [];

    /// <summary>The body that it takes; null when it takes none.</summary>
    public JsonObject? Body => Json["requestBody"]?["content"]?["application/json"]?.AsObject();

    public IEnumerable<(int Status, JsonObject Answer)> Answers =>
        Json["responses"]!.AsObject()
            .Select(answer => (int.Parse(answer.Key, System.Globalization.CultureInfo.InvariantCulture), answer.Value!.AsObject()));

    /// <summary>Everything of it that is JSON, with the place where it stands.</summary>
    public IEnumerable<(string Where, JsonObject Media)> JsonBodies
    {
        get
        {
            if (Body is { } body) yield return ("request", body);
            foreach (var (status, answer) in Answers)
            {
                if (answer["content"]?["application/json"] is JsonObject media) yield return ($"{status}", media);
            }
        }
    }

    public override string ToString() => Id;
}
