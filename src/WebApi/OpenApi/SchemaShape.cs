using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Libra.Deploy.WebApi.Deployments;
using Libra.Deploy.WebApi.Projects;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Libra.Deploy.WebApi.OpenApi;

/// <summary>
/// Corrects what the framework cannot know of our JSON: a field without a value is left out, unless its type says otherwise.
/// </summary>
internal sealed class SchemaShape : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonTypeInfo.Kind != JsonTypeInfoKind.Object || schema.Properties is null) return Task.CompletedTask;

        schema.Required = context.JsonTypeInfo.Properties.Where(IsAlwaysThere)
            .Select(property => property.Name).ToHashSet(StringComparer.Ordinal);
        if (context.JsonTypeInfo.Type == typeof(DeployBody)) SourceSchemas.DescribeDeployment(schema);
        if (context.JsonTypeInfo.Type == typeof(ProjectBody)) SourceSchemas.DescribeProject(schema);
        return Task.CompletedTask;
    }

    private static bool IsAlwaysThere(JsonPropertyInfo property) => !property.IsGetNullable || IsWrittenAsNull(property);

    private static bool IsWrittenAsNull(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: false)
            .OfType<JsonIgnoreAttribute>().Any(attribute => attribute.Condition == JsonIgnoreCondition.Never) is true;
}
