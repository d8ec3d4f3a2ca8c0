using System.Reflection;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.WebApi.Composition;

namespace Libra.Deploy.ArchitectureTests;

/// <summary>The four layers as they were built.</summary>
internal static class Layers
{
    public static readonly Assembly Domain = typeof(Deployment).Assembly;
    public static readonly Assembly Application = typeof(IUnitOfWork).Assembly;
    public static readonly Assembly Infrastructure = typeof(RuntimeLayout).Assembly;
    public static readonly Assembly WebApi = typeof(LibraHost).Assembly;

    public static readonly IReadOnlyList<Assembly> All = [Domain, Application, Infrastructure, WebApi];

    /// <summary>Our own types, without what the compiler makes.</summary>
    public static IEnumerable<Type> TypesOf(Assembly layer) =>
        layer.GetTypes().Where(type => type.Namespace?.StartsWith("Libra.Deploy", StringComparison.Ordinal) == true
            && !type.Name.Contains('<', StringComparison.Ordinal));
}
