using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Libra.Deploy.WebApi.OpenApi;

/// <summary>
/// Writes into an operation what its route says of itself: who may call, what it takes, every refusal, an example of each body.
/// </summary>
internal sealed class OperationShape(IOptions<JsonOptions> json) : IOpenApiOperationTransformer
{
    private const string Json = "application/json";

    public async Task TransformAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        DescribeAccess(operation, context.Document!, metadata.OfType<RouteDecision>().First());
        foreach (var parameter in metadata.OfType<RouteParameter>()) Describe(operation, parameter);
        if (metadata.OfType<RequestBody>().FirstOrDefault() is { } body)
            operation.RequestBody = await BodyAsync(body, context, cancellationToken);
        foreach (var header in metadata.OfType<AnswerHeader>()) AddHeader(operation, header);
        foreach (var other in metadata.OfType<OtherContent>()) GoodAnswer(operation).Content![other.ContentType] = TextContent();
        DescribeAnswer(operation, context);
        foreach (var other in metadata.OfType<OtherAnswer>()) await AddAlternativeAsync(operation, other, context, cancellationToken);
        DescribeRefusals(operation, metadata.OfType<Refusals>().FirstOrDefault());
    }

    private static void DescribeAccess(OpenApiOperation operation, OpenApiDocument document, RouteDecision decision)
    {
        operation.Security = decision.Scope is null
            ? []
            : [
                  .. DocumentShape.SecuritySchemes.Keys.Select(
                      scheme => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(scheme, document)] = [] })];
        var where = decision.Everywhere ? " in all organizations" : string.Empty;
        operation.Description = decision.Scope is { } scope ? $"Needs the scope `{scope}`{where}." : "Open to everybody.";
    }

    private static void Describe(OpenApiOperation operation, RouteParameter route)
    {
        operation.Parameters ??= [];
        var known = operation.Parameters.OfType<OpenApiParameter>().FirstOrDefault(
            parameter => parameter.Name == route.Name && parameter.In == route.In);
        var parameter = known ?? new OpenApiParameter { Name = route.Name, In = route.In };
        (parameter.Description, parameter.Required, parameter.Schema) = (route.Description, route.Required, route.Schema());
        if (known is null) operation.Parameters.Add(parameter);
    }

    private async Task<OpenApiRequestBody> BodyAsync(
        RequestBody body, OpenApiOperationTransformerContext context, CancellationToken cancellationToken) =>
        new()
        {
            Required = body.Required,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [Json] = new() { Schema = await ReferenceAsync(body.Type, context, cancellationToken), Example = ExampleOf(body.Type) },
            },
        };

    private void DescribeAnswer(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        foreach (var answer in context.Description.SupportedResponseTypes.Where(
            answer => answer.StatusCode < 300 || answer.Type != typeof(ProblemBody)))
        {
            var content = operation.Responses![answer.StatusCode.ToString(CultureInfo.InvariantCulture)].Content;
            if (answer.Type is not null && content is not null && content.TryGetValue(Json, out var media))
                media.Example = ExampleOf(answer.Type);
        }
    }

    private static async Task AddAlternativeAsync(
        OpenApiOperation operation, OtherAnswer other, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var media = GoodAnswer(operation).Content![Json];
        // Not "one of": the old answers have fields in common, so that the whole of one may fit the other as well.
        media.Schema = new OpenApiSchema { AnyOf = [media.Schema!, await ReferenceAsync(other.Type, context, cancellationToken)] };
    }

    private void DescribeRefusals(OpenApiOperation operation, Refusals? refusals)
    {
        foreach (var status in (refusals?.Codes ?? []).GroupBy(code => ProblemTable.Of(code).Status))
        {
            var response = (OpenApiResponse)operation.Responses![status.Key.ToString(CultureInfo.InvariantCulture)];
            response.Description = string.Join(" or ", status.Select(code => $"`{code}`"));
            response.Content![Json].Examples = status.ToDictionary(
                code =>
                    code, IOpenApiExample (code) =>
                        new OpenApiExample { Summary = ProblemTable.Of(code).Error, Value = ToJson(ProblemExamples.Of(code)) });
            if (status.Any(ProblemExamples.SaysWhenToRetry))
                AddHeader(response, new AnswerHeader("Retry-After", "Seconds to wait before another try."));
        }
    }

    // Types that are only named by hand are not components yet.
    private static async Task<IOpenApiSchema> ReferenceAsync(
        Type type, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var document = context.Document!;
        if (document.Components?.Schemas?.ContainsKey(type.Name) is not true)
            document.AddComponent(type.Name, await context.GetOrCreateSchemaAsync(type, cancellationToken: cancellationToken));
        return new OpenApiSchemaReference(type.Name, document);
    }

    private static OpenApiMediaType TextContent() => new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String } };

    private static OpenApiResponse GoodAnswer(OpenApiOperation operation) => (OpenApiResponse)operation.Responses!["200"];

    private static void AddHeader(OpenApiOperation operation, AnswerHeader header)
    {
        foreach (var answer in operation.Responses!.Where(response => response.Key[0] is '2' or '3'))
            AddHeader((OpenApiResponse)answer.Value, header);
    }

    private static void AddHeader(OpenApiResponse response, AnswerHeader header)
    {
        response.Headers ??= new Dictionary<string, IOpenApiHeader>();
        response.Headers[header.Name] = new OpenApiHeader
        {
            Description = header.Description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        };
    }

    private JsonNode? ExampleOf(Type type) => Examples.Of(type) is { } example ? ToJson(example) : null;

    private JsonNode? ToJson(object example) => JsonSerializer.SerializeToNode(example, json.Value.SerializerOptions);
}
