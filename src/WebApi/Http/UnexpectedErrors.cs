using Libra.Deploy.Application.Common;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Http;

/// <summary>Last line of defence: whatever was thrown becomes an answer that tells the client nothing of our inside.</summary>
internal sealed class UnexpectedErrors(RequestDelegate next, IOptions<LibraHttpOptions> options, ILogger<UnexpectedErrors> logger)
{
    /// <summary>Runs the rest of the pipeline.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client hung up: nobody reads the answer, and whatever broke because of it is not our fault.
            if (!context.Response.HasStarted) context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception exception)
        {
            var problem = Explain(context, exception);
            if (context.Response.HasStarted)
            {
                // Half an answer is out; cutting the connection is the only way left to say that it is not whole.
                context.Abort();
                return;
            }

            context.Response.Clear();
            await problem.ExecuteAsync(context);
        }
    }

    private Problem Explain(HttpContext context, Exception exception)
    {
        if (exception is BadHttpRequestException bad) return Problems.ForStatus(bad.StatusCode, options.Value).ToProblem();

        if (DatabaseOutage.IsBehind(exception))
        {
            logger.LogWarning(
                exception, "The database is away: {Method} {Path} is refused", context.Request.Method, context.Request.Path.Value);
            return Problems.Unavailable(options.Value.UnavailableRetrySeconds).ToProblem();
        }

        logger.LogError(exception, "Unexpected fault in {Method} {Path}", context.Request.Method, context.Request.Path.Value);
        return Problems.Internal.ToProblem();
    }
}
