namespace Libra.Deploy.WebApi.Http;

/// <summary>Last line of defence: whatever was thrown becomes an answer that tells the client nothing of our inside.</summary>
internal sealed class UnexpectedErrors(RequestDelegate next, Faults faults)
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
            var problem = faults.Explain(context.Request, exception).ToProblem();
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
}
