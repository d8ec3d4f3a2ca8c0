using ErrorOr;
using Libra.Deploy.WebApi.Http;

namespace Libra.Deploy.UnitTests.Http;

public sealed class ProblemTableTests
{
    [Theory]
    [InlineData("VALIDATION_ERROR", 400, "Validation Error", "Request validation failed")]
    [InlineData("INVALID_REQUEST", 400, "INVALID_REQUEST", null)]
    [InlineData("UNAUTHORIZED", 401, "Unauthorized", "Access denied. Valid session required.")]
    [InlineData("FORBIDDEN", 403, "Forbidden", "Insufficient permissions for deployment operations.")]
    [InlineData("PROJECT_NOT_FOUND", 404, "Project not found", "The specified project does not exist or you do not have access to it")]
    [InlineData("PROJECT_INACTIVE", 400, "PROJECT_INACTIVE", null)]
    [InlineData("NOT_FOUND", 404, "Resource not found", null)]
    [InlineData("DEPLOYMENT_IN_PROGRESS", 409, "Deployment in progress", null)]
    [InlineData("INVALID_STATE", 409, "INVALID_STATE", null)]
    [InlineData("IDEMPOTENCY_CONFLICT", 422, "IDEMPOTENCY_CONFLICT", null)]
    [InlineData("DEPLOYMENT_QUOTA_EXCEEDED", 429, "DEPLOYMENT_QUOTA_EXCEEDED", null)]
    [InlineData("RATE_LIMITED", 429, "Too Many Requests", "Deployment rate limit exceeded. Please wait before trying again.")]
    [InlineData("PAYLOAD_TOO_LARGE", 413, "PAYLOAD_TOO_LARGE", null)]
    [InlineData("INTERNAL_ERROR", 500, "INTERNAL_ERROR", "An unexpected error occurred")]
    [InlineData("SERVICE_UNAVAILABLE", 503, "SERVICE_UNAVAILABLE", null)]
    public void Form_OfEachCode_IsTheContracts(string code, int status, string error, string? message) =>
        ProblemTable.Of(code).Should().Be(new ProblemForm(status, error, message));

    [Theory]
    [InlineData(32 * 1024 * 1024, "32 MiB")]
    [InlineData(1536 * 1024, "1.5 MiB")]
    [InlineData(500_000, "500,000 bytes")]
    public void TooLarge_ForAnyLimit_NamesItAndItsOption(long limit, string shown) =>
        Problems.TooLarge(limit).Description
            .Should().Be($"The request body is larger than {shown}, the most that Http:MaxBodyBytes allows.");

    [Fact]
    public void Form_OfAnUnforeseenFailure_TellsNothing()
    {
        var form = ProblemTable.Of(Error.Unexpected("STORAGE_WRITE_FAILED", "disk /dev/sda1 is full"));

        form.Should().Be(ProblemTable.Of("INTERNAL_ERROR"));
    }
}
