using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.WebApi.OpenApi;

/// <summary>The names and times that all examples share.</summary>
internal static class Sample
{
    public const string Project = "proj_shop";
    public const string Organization = "org_acme";
    public const string User = "user_ada";
    public const string RequestId = "8f2b1c34-6d7e-4f80-91a2-b3c4d5e6f708";
    public const string Address = "https://proj-shop-worker.libra.sh";
    public const string Digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    public static readonly DateTimeOffset Now = new(2026, 11, 23, 9, 29, 40, 785, TimeSpan.Zero);
    public static readonly DateTimeOffset Later = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly DeploymentId Deployment = DeploymentId.Parse("deploy_1795426180785_k3j9x0q2a");
    public static readonly DeploymentId Replay = DeploymentId.Parse("deploy_1795426240101_b7m2c8w1z");
    public static readonly Guid Id = Guid.Parse("019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b");
}
