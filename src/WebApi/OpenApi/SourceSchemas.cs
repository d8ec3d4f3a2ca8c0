using Microsoft.OpenApi;

namespace Libra.Deploy.WebApi.OpenApi;

/// <summary>The forms in which a request can bring its source; they are read by the module of projects, so no type here has them.</summary>
internal static class SourceSchemas
{
    /// <summary>Fills in the two fields of a deployment's body that take whole trees.</summary>
    public static void DescribeDeployment(OpenApiSchema body)
    {
        body.Properties!["initFiles"] = InitFiles();
        body.Properties["historyMessages"] = HistoryMessages(
            "The chat history: messages of the type `diff` are applied in order, all others skipped. Default: the project's own.");
    }

    /// <summary>Fills in the two fields of a project's body that bring its source.</summary>
    public static void DescribeProject(OpenApiSchema body)
    {
        body.Properties!["files"] = Files("The whole project: it replaces the template and all files and changes before.");
        body.Properties["historyMessages"] = HistoryMessages(
            "The chat history instead of files: messages of the type `diff` change the template, all others are skipped.");
    }

    private static OpenApiSchema InitFiles() => new()
    {
        Description = "The files as a list, or as the platform's tree; replaces the template as the base.",
        AnyOf = [Files("A list."), Tree()],
    };

    private static OpenApiSchema Files(string description) =>
        new() { Type = JsonSchemaType.Array, Description = description, Items = File() };

    private static OpenApiSchema File() => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "path", "content" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["path"] = Text("Relative, with slashes."),
            ["content"] = Text("Text, or base64."),
            ["encoding"] = Choice("utf8", "base64"),
        },
    };

    private static OpenApiSchema Tree() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "Names of files and directories. A directory has `children` of the same form.",
        AdditionalProperties = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string> { "type" },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["type"] = Choice("file", "directory"),
                ["content"] = Text("Of a file."),
                ["isBinary"] = new OpenApiSchema { Type = JsonSchemaType.Boolean, Description = "True when the content is base64." },
                ["children"] = new OpenApiSchema { Type = JsonSchemaType.Object, Description = "Of a directory." },
            },
        },
    };

    private static OpenApiSchema HistoryMessages(string description) => new()
    {
        Description = description,
        AnyOf = [Messages(), Text("The same as JSON in a string.")],
    };

    private static OpenApiSchema Messages() => new()
    {
        Type = JsonSchemaType.Array,
        Items = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["type"] = Text("`diff` for a change."),
                ["base"] = Choice("none"),
                ["diff"] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = Change() },
            },
        },
    };

    private static OpenApiSchema Change() => new()
    {
        Type = JsonSchemaType.Object,
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["path"] = Text("Relative, with slashes."),
            ["type"] = Choice("create", "edit", "delete"),
            ["modified"] = Text("The file afterwards."),
            ["original"] = Text("The file before."),
            ["encoding"] = Choice("base64"),
        },
    };

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };

    private static OpenApiSchema Choice(params IEnumerable<string> words) => new() { Type = JsonSchemaType.String, Enum = [.. words] };
}
