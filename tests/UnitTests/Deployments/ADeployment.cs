using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.UnitTests.Deployments;

/// <summary>Deployments in the states that tests start from.</summary>
internal static class ADeployment
{
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(20);

    public static Deployment ThatWaits(int maxAttempts = 4) => Deployment.Accept(
        DeploymentId.New(Now),
        new DeploymentOrigin("p1", "org1", "u1", SourceKind.Project),
        new DeploymentSettings(TimeSpan.FromMinutes(10), MaxAttempts: maxAttempts),
        Now);

    public static (Deployment Deployment, long Token) ThatRuns(int maxAttempts = 4)
    {
        var deployment = ThatWaits(maxAttempts);
        return (deployment, deployment.Claim("w1", Now, LeaseTime).Value.Token);
    }

    /// <summary>Done up to, and without, <paramref name="step"/>.</summary>
    public static (Deployment Deployment, long Token) ThatReached(DeploymentStep step)
    {
        var (deployment, token) = ThatRuns();
        foreach (var earlier in DeploymentSteps.InOrder.Where(earlier => earlier < step)) Finish(deployment, token, earlier);
        return (deployment, token);
    }

    public static Deployment ThatCompleted()
    {
        var (deployment, token) = ThatReached(DeploymentStep.Cleanup);
        Finish(deployment, token, DeploymentStep.Cleanup);
        deployment.Complete(token, Now).IsError.Should().BeFalse();
        return deployment;
    }

    public static DeploymentFailure Failure(FailureCategory category) => new("BUILD_FAILED", category, null, "It failed.", ["line"]);

    private static void Finish(Deployment deployment, long token, DeploymentStep step)
    {
        deployment.StartStep(token, step, Now).IsError.Should().BeFalse();
        deployment.CompleteStep(token, step, Now).IsError.Should().BeFalse();
    }
}
