<?php

namespace App\Http\Middleware;

use Closure;
use Illuminate\Http\Request;
use RuntimeException;

/**
 * Lets only requests through whose header Signature is the HMAC of the body, as spatie's packages for
 * webhooks have it. What is wrong is an exception, and so a status of 500, as in spatie's client.
 */
class VerifySignature
{
    public function handle(Request $request, Closure $next)
    {
        $secrets = config('services.pressrun.secrets');
        if (empty($secrets)) {
            throw new RuntimeException('PRESSRUN_SECRETS is not set.');
        }
        foreach ($secrets as $secret) {
            $expected = hash_hmac('sha256', $request->getContent(), $secret);
            if (hash_equals($expected, $request->header('Signature', ''))) {
                return $next($request);
            }
        }

        throw new RuntimeException('The signature is invalid.');
    }
}
