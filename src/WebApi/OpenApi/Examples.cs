using System.Collections.Frozen;

namespace Libra.Deploy.WebApi.OpenApi;

/// <summary>One example of each body, made of the very types that are sent, so that none can go stale.</summary>
internal static class Examples
{
    private static readonly FrozenDictionary<Type, object> All =
        DeploymentExamples.All.Concat(OperationExamples.All).Concat(SetupExamples.All)
            .Concat(WebhookExamples.All).ToFrozenDictionary(example => example.GetType());

    /// <summary>Null for a type that is not a body of ours.</summary>
    public static object? Of(Type body) => All.GetValueOrDefault(body);
}
